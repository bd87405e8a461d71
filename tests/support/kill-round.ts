import { setTimeout as delay } from 'node:timers/promises';
import type { RoleName, RoleProcess } from '../../stack/roles.ts';
import type { PlatformTenant } from './platform-tenant.ts';
import type { RestAnswer } from './rest-client.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import { type ChargePoint, chargePoints, type WatchedPlatform } from './watched-platform.ts';

export interface KillRoundOptions {
  seed: number;
  creates: number;
  renewals: number;
  /** How long a charger stands still between the commit of `sent` and its request; null where none does, and it dies itself. */
  stopMs: number | null;
  /** Kills at a random moment per role and phase, besides those at the points of a charge. */
  randomKills: number;
  /** Absent: processes die. Otherwise none does; so often per watched role and phase its connections to PostgreSQL are reset. */
  resets?: number;
  /** No process dies before the renewals begin: whoever repeats a create waits for the lease of the API that died. */
  createsInPeace?: boolean;
  /** Who makes the charges of renewals; a billing worker makes them within its steps. */
  charger?: 'payment-worker' | 'billing-worker';
}

export interface Created {
  idempotencyKey: string;
  answer: RestAnswer<{ subscription_id: string; status: string }>;
  request: { customer_id: string; plan_id: string };
}

export interface KillRound {
  tenant: PlatformTenant;
  created: Created[];
  renewed: string[];
  kills: string[];
  charger: RoleName;
  /** The charge a stopped worker was about to send, and when it was let go on. */
  stopped: Stopped | null;
}

type Stopped = { attemptId: string; resumedAt: number };

type Kill = { role: RoleName; process: string; point: ChargePoint | 'any_moment' | 'reset' };

const lanes = 8;
/** A claim of a process that died is free after a minute; whoever has bad luck meets several. */
const answerWithinMs = 300_000;
/** All lanes may wait for dead claims. */
const hitWithinMs = 120_000;
/** A point that may be missed has its renewals to be hit with, and then it is over. */
const mayMissWithinMs = 15_000;
/** How often the points that were missed are tried again, each time with renewals of their own. */
const secondTriesMax = 4;
/** The lease ends after 60 s; the look-up and the second send follow within seconds. */
const takenOverWithinMs = 400_000;
/** Longer than any period: every subscription passes exactly one boundary. */
const renewalHorizonMs = 32 * 86_400_000;

/** How often each kind of card is drawn; all of them decide by themselves in the end. */
const tokens = [
  ...Array<string>(20).fill('tok_ok'),
  ...['tok_slow', 'tok_slow', 'tok_insufficient_funds', 'tok_decline_after_1', 'tok_timeout_after_charge'],
];
/** A step makes no charge while the provider is slow or fails: then no kill would find one. */
const quickTokens = [...Array<string>(5).fill('tok_ok'), 'tok_decline_after_1'];

/**
 * Creates and renews while processes die: the API at each point of a first charge, the charger at each point of a
 * renewal's, all three roles at random moments; one charger stands still with a charge in hand. Whoever dies is started
 * again at once. Returns when the traffic is over, not when everything is settled.
 */
export async function runKillRound(platform: WatchedPlatform, options: KillRoundOptions): Promise<KillRound> {
  const random = createSeededRandom(options.seed);
  const { charger = 'payment-worker' } = options;
  const tenant = await platform.makeTenant();
  const planId = await tenant.makePlan();
  const customers = await Promise.all(
    (charger === 'billing-worker' ? quickTokens : tokens).map((token) => tenant.makeCustomer(token)),
  );
  const round = { platform, random, tenant, planId, customers, charger, kills: [] as string[] };
  const created = await createUnderKills(round, options);
  const active = created.filter(({ answer }) => answer.body.status === 'active');
  const renewed = active.slice(0, options.renewals).map(({ answer }) => answer.body.subscription_id);
  const stopped = await renewUnderKills(round, options, renewed);
  return { tenant, created, renewed, kills: round.kills, charger, stopped: stopped ?? null };
}

interface Round {
  platform: WatchedPlatform;
  random: SeededRandom;
  tenant: PlatformTenant;
  planId: string;
  customers: readonly string[];
  charger: RoleName & ('payment-worker' | 'billing-worker');
  kills: string[];
}

async function createUnderKills(round: Round, options: KillRoundOptions): Promise<Created[]> {
  const { random, tenant, customers, planId } = round;
  const created: Created[] = [];
  let started = 0;
  let isOver = false;
  async function createNext(): Promise<void> {
    while (!isOver || started < options.creates || activeCount(created) < options.renewals) {
      started += 1;
      const idempotencyKey = `create-${started}`;
      const request = { customer_id: random.pick(customers), plan_id: planId };
      const how = { idempotencyKey, withinMs: answerWithinMs };
      const answer = await tenant.rest.persist<Created['answer']['body']>('POST', '/v1/subscriptions', request, how);
      created.push({ idempotencyKey, answer, request });
    }
  }
  const creating = Promise.all(Array.from({ length: lanes }, createNext));
  const kills = options.createsInPeace
    ? []
    : random.shuffle([...atPoints(options, { role: 'api', process: 'api' }), ...anyMoments(options, {})]);
  const killing = killAll(round, kills).finally(() => {
    isOver = true;
  });
  await Promise.all([creating, killing]);
  return created;
}

function activeCount(created: readonly Created[]): number {
  return created.filter(({ answer }) => answer.body.status === 'active').length;
}

/** Each kill has renewals of its own around it, so that none waits in vain for one to hit. */
async function renewUnderKills(round: Round, options: KillRoundOptions, ids: readonly string[]) {
  const { random, tenant, charger } = round;
  const { stopMs } = options;
  const victim = stopMs === null ? charger : `${charger}-2`;
  const points = atPoints(options, { role: charger, process: victim });
  const kills = random.shuffle([...points, ...anyMoments(options, { [charger]: victim })]);
  const triesMax = kills.length + (mayMiss(charger) ? secondTriesMax : 0);
  const to = new Date(Date.now() + renewalHorizonMs).toISOString();
  const advances: Promise<unknown>[] = [];
  const left = [...ids];
  const size = Math.ceil(ids.length / (triesMax + 1));
  function renewSome(count: number): void {
    for (const id of left.splice(0, count)) {
      // Repeated after a kill it is the same advance, which goes on without anybody waiting for it.
      const how = { idempotencyKey: `advance-${id}`, withinMs: answerWithinMs };
      advances.push(tenant.rest.persist('POST', `/v1/subscriptions/${id}/test-clock/advance`, { to }, how));
    }
  }

  const stopped = stopMs === null ? null : await standStill(round, { stopMs, victim, renew: () => renewSome(size) });
  for (let tries = 0; tries < triesMax; tries += 1) {
    const kill = kills.shift();
    if (kill === undefined) break;
    const killing = killOne(round, kill);
    renewSome(size);
    // Tried again with what is left, once the others have had their turn.
    if (!(await killing)) kills.push(kill);
  }
  renewSome(left.length);
  await Promise.all(advances);
  return await stopped?.over;
}

/** The charger's first process stops with a charge in hand, and `victim` works in its place. */
async function standStill(round: Round, how: { stopMs: number; victim: string; renew: () => void }) {
  const { platform, charger } = round;
  const held = platform.holdCharge(charger, 'before_send');
  how.renew();
  const attemptId = await hitInTime(held.hit, { what: `${charger} before_send`, withinMs: hitWithinMs });
  const first = platform.role(charger);
  first.kill('SIGSTOP');
  const resumed = resumeLater(round, first, { held, attemptId, stopMs: how.stopMs });
  await platform.addRole(charger, how.victim);
  return { over: resumed.then((resumedAt): Stopped => ({ attemptId, resumedAt })) };
}

/**
 * Once another worker has taken the charge over. The commit's answer arrives with the end of the standstill, as if it had lain
 * in the socket meanwhile.
 */
async function resumeLater(
  { platform }: Round,
  process: RoleProcess,
  standstill: { held: { release(): void }; attemptId: string; stopMs: number },
): Promise<number> {
  await Promise.all([delay(standstill.stopMs), waitUntilDecided(platform, standstill.attemptId)]);
  standstill.held.release();
  process.kill('SIGCONT');
  return Date.now();
}

async function waitUntilDecided({ owner }: WatchedPlatform, attemptId: string): Promise<void> {
  const until = performance.now() + takenOverWithinMs;
  for (;;) {
    const [attempt] =
      await owner`select status from payment_attempts where id = ${attemptId} and settled_at is not null`;
    if (attempt !== undefined) return;
    if (performance.now() > until) throw new Error(`attempt ${attemptId} is not decided after ${takenOverWithinMs} ms`);
    await delay(500);
  }
}

function atPoints({ resets }: KillRoundOptions, victim: Pick<Kill, 'role' | 'process'>): Kill[] {
  return resets === undefined ? chargePoints.map((point) => ({ ...victim, point })) : [];
}

/** `standIns`: the process that works in the place of one that stands still. */
function anyMoments({ randomKills, resets }: KillRoundOptions, standIns: Record<string, string>): Kill[] {
  if (resets !== undefined) {
    const watched = ['api', 'payment-worker'] as const;
    return watched.flatMap((role) =>
      Array.from({ length: resets }, (): Kill => ({ role, process: role, point: 'reset' })),
    );
  }
  const roles = ['api', 'billing-worker', 'payment-worker'] as const;
  const each = roles.map((role): Kill => ({ role, process: standIns[role] ?? role, point: 'any_moment' }));
  return Array.from({ length: randomKills }, () => each).flat();
}

async function killAll(round: Round, kills: readonly Kill[]): Promise<void> {
  for (const kill of kills) await killOne(round, kill);
}

/** On a busy machine the provider may not be quick enough for a step just now: it leaves the charge to the provider's queue. */
const mayMiss = (role: RoleName): boolean => role === 'billing-worker';

/** Whether it died where it was to die; it dies all the same. */
async function killOne(round: Round, { role, process: name, point }: Kill): Promise<boolean> {
  const { platform, random, kills } = round;
  const process = platform.role(name);
  let isMissed = false;
  if (point === 'reset') {
    await delay(random.below(500));
    platform.postgres(role).reset();
    kills.push(`${name} reset`);
    return true;
  }
  if (point === 'any_moment') {
    await delay(random.below(2_000));
    await platform.kill(process);
  } else {
    const held = platform.holdCharge(role, point);
    const withinMs = mayMiss(role) ? mayMissWithinMs : hitWithinMs;
    await hitInTime(held.hit, { what: `${name} ${point}`, withinMs }).catch((error: unknown) => {
      if (!mayMiss(role)) throw error;
      isMissed = true;
    });
    await platform.kill(process);
    held.release();
  }
  kills.push(isMissed ? `${name} any_moment, ${point} not being reached` : `${name} ${point}`);
  await process.restart();
  return !isMissed;
}

async function hitInTime(hit: Promise<string>, of: { what: string; withinMs: number }): Promise<string> {
  const { what, withinMs } = of;
  const late = new AbortController();
  const timeout = delay(withinMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(`${what} was not reached within ${withinMs} ms`);
  });
  try {
    return await Promise.race([hit, timeout]);
  } finally {
    late.abort();
    timeout.catch(() => undefined);
  }
}
