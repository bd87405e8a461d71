import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '../../db/new-id.ts';
import type { TestPlatform } from './platform.ts';
import type { PlatformTenant } from './platform-tenant.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import { chargeUpdated, signed } from './webhook-door.ts';

export interface RandomFaultsOptions {
  seed: number;
  actors: number;
  /** Processes killed one after the other, at random moments, until all have been. */
  kills: readonly string[];
}

export interface RandomFaults {
  tenant: PlatformTenant;
  /** How often each command was answered with each status. */
  answers: Map<string, number>;
}

/** A create whose API died, and whose provider was dead when it was looked up, has its answer with the next look-up, 5 min later. */
const answerWithinMs = 400_000;
/** Other verbs are at work on the same row: a refusal is as good an answer as any. */
const enough = ['clock_advancing', 'subscription_incomplete', 'payment_in_flight', 'subscription_needs_attention'];

type Command = {
  name: string;
  method: string;
  path: (id: string) => string;
  body?: (random: SeededRandom, id: string) => object;
};

const commands: readonly Command[] = [
  { name: 'cancel', method: 'DELETE', path: (id) => `/v1/subscriptions/${id}` },
  { name: 'pause', method: 'POST', path: (id) => `/v1/subscriptions/${id}/pause`, body: () => ({}) },
  { name: 'resume', method: 'POST', path: (id) => `/v1/subscriptions/${id}/resume`, body: () => ({}) },
  {
    name: 'change',
    method: 'PUT',
    path: (id) => `/v1/subscriptions/${id}`,
    body: (random) => ({
      quantity: 1 + random.below(5),
      proration: random.pick(['next_invoice', 'invoice_now', 'none']),
    }),
  },
  ...Array<Command>(4).fill({
    name: 'advance',
    method: 'POST',
    path: (id) => `/v1/subscriptions/${id}/test-clock/advance`,
    body: (random) => ({ by: random.pick(['P3D', 'P20D', 'P1M', 'P2M']) }),
  }),
  {
    name: 'pay',
    method: 'POST',
    path: () => '/v1/payments',
    body: (random, id) => ({ subscription_id: id, amount: 1 + random.below(900), reason: 'additional_charge' }),
  },
];

const tokens = ['tok_ok', 'tok_ok', 'tok_ok', 'tok_slow', 'tok_decline_after_1', 'tok_timeout_after_charge'];

/** Actors create and command subscriptions as they please while one process after the other is killed and started again. */
export async function runRandomFaults(platform: TestPlatform, options: RandomFaultsOptions): Promise<RandomFaults> {
  const random = createSeededRandom(options.seed);
  const tenant = await platform.makeTenant();
  const planId = await tenant.makePlan();
  const customers = await Promise.all(tokens.map((token) => tenant.makeCustomer(token)));
  const answers = new Map<string, number>();
  const ids: string[] = [];
  let calls = 0;
  let isOver = false;

  async function call(name: string, method: string, path: string, body?: object) {
    calls += 1;
    const how = { idempotencyKey: `${name}-${calls}`, withinMs: answerWithinMs, enough };
    const answer = await tenant.rest.persist(method, path, body as Record<string, unknown>, how);
    const outcome = `${name} ${answer.status}`;
    answers.set(outcome, (answers.get(outcome) ?? 0) + 1);
    return answer;
  }

  async function refund(id: string): Promise<void> {
    const [payment] = await platform.owner<{ id: string }[]>`
      select id from payments where subscription_id = ${id} and captured_minor > 0 order by id desc limit 1`;
    if (payment) await call('refund', 'POST', `/v1/payments/${payment.id}/refunds`, { amount: 1 + random.below(900) });
  }

  async function act(): Promise<void> {
    while (!isOver) {
      if (ids.length < 10 || random.next() < 0.3) {
        const request = { customer_id: random.pick(customers), plan_id: planId };
        const { body } = await call('create', 'POST', '/v1/subscriptions', request);
        if (typeof body['subscription_id'] === 'string') ids.push(body['subscription_id']);
        continue;
      }
      const id = random.pick(ids);
      const kind = random.below(commands.length + 2);
      if (kind === 0) await tell(platform, tenant, id);
      else if (kind === 1) await refund(id);
      else {
        const { name, method, path, body } = random.pick(commands);
        await call(name, method, path(id), body?.(random, id));
      }
    }
  }

  const acting = Promise.all(Array.from({ length: options.actors }, act));
  const killing = killInTurn(platform, random, options.kills).finally(() => {
    isOver = true;
  });
  await Promise.all([acting, killing]);
  return { tenant, answers };
}

const askedEveryMs = 10_000;

/**
 * By their schedule attempts whose provider was dead at the first look-up are asked about after 5 min, and after an hour where the
 * answer to what was sent then was lost, too. An operator does not wait for that: each is looked up as soon as nobody has it in hand.
 */
export async function lookUpUndecided({ owner }: TestPlatform, { rest, tenantId }: PlatformTenant): Promise<void> {
  const undecided = () => owner<{ id: string; paymentId: string; isInHand: boolean }[]>`
    select id, payment_id, status <> 'unknown' as is_in_hand from payment_attempts
    where tenant_id = ${tenantId} and status in ('created', 'sent', 'not_sent', 'unknown')`;
  const until = performance.now() + answerWithinMs;
  for (let open = await undecided(); open.length > 0; open = await undecided()) {
    if (performance.now() > until) throw new Error(`undecided after ${answerWithinMs} ms: ${JSON.stringify(open)}`);
    for (const { id, paymentId, isInHand } of open) {
      const path = `/v1/admin/payments/${paymentId}/attempts/${id}/look-up`;
      // What has been decided meanwhile refuses.
      if (!isInHand) await rest.send('POST', path, {}, newId('event'));
    }
    await delay(askedEveryMs);
  }
}

/** A notification about its last charge, as its provider sends it: again until somebody takes it. */
async function tell(platform: TestPlatform, { tenantId }: PlatformTenant, id: string): Promise<void> {
  const [attempt] = await platform.owner<{ id: string; providerChargeId: string | null }[]>`
    select id, provider_charge_id from payment_attempts where subscription_id = ${id} order by id desc limit 1`;
  if (!attempt?.providerChargeId) return;
  const about = { account: tenantId, reference: attempt.id, chargeId: attempt.providerChargeId };
  const until = performance.now() + answerWithinMs;
  for (const eventId = newId('event'); performance.now() < until; await delay(500)) {
    const { headers, rawBody } = signed({ id: eventId, body: chargeUpdated(about), secret: platform.webhookSecret });
    const post = { method: 'POST', headers: headers as Record<string, string>, body: new Uint8Array(rawBody) };
    const isTaken = await fetch(`${platform.webhooksUrl}/webhooks/sandbox`, post).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isTaken) return;
  }
  throw new Error(`nobody took a notification within ${answerWithinMs} ms`);
}

async function killInTurn(platform: TestPlatform, random: SeededRandom, kills: readonly string[]): Promise<void> {
  for (const name of random.shuffle(kills)) {
    const process = name === 'temporal' ? platform.temporal : platform.role(name);
    await delay(random.below(3_000));
    await platform.kill(process);
    await delay(random.below(2_000));
    await process.restart();
  }
}
