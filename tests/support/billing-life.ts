import { afterAll, expect } from 'vitest';
import { advanceTestClock } from '../../billing/clocks/advance-test-clock.ts';
import type { Answer } from '../../contracts/answer.ts';
import type { Claim } from '../../db/queries/idempotency-keys.ts';
import { refOfRow, type WorkflowRow } from '../../db/queries/outside-facts.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { refOf } from '../../domain/workflow-ref.ts';
import { type BillingFixture, type FixturePools, openFixturePools, openTenantFixture } from './billing-fixture.ts';
import { driveSteps, type Rest } from './drive-steps.ts';
import { stackEnv } from './stack-env.ts';
import { openTenantRows, type TenantRows } from './tenant-rows.ts';

/** A tenant whose PostgreSQL clock is the test's: time passes when the test says so, with or without anybody awake. */
export interface BillingLife extends Omit<BillingFixture, 'close'>, TenantRows {
  now(): Instant;
  /** Time passes and nobody is awake: a downtime, or a step that comes late. */
  skipTo(at: Instant | string): void;
  skip(ms: number): void;
  /** Time passes, and every workflow of the tenant is awake exactly when its row says. */
  liveTo(at: Instant | string): Promise<void>;
  live(ms: number): Promise<void>;
  /** Everything due now, of every subscription. */
  settle(): Promise<void>;
  /** The steps of one waking; one that throws is reported to the row. */
  driveNotingFailures(id: SubscriptionId): Promise<Rest>;
  /** Advances a test clock, the tenant's where `id` is null, with every workflow that is woken at work. */
  advance(id: SubscriptionId | null, to: { by: string } | { to: Instant }, claim?: Claim): Promise<Answer>;
}

let pools: FixturePools | undefined;

/** To be called once at the top of a test file: its tests share two pools. */
export function closePoolsAfterAll(): void {
  afterAll(async () => {
    await pools?.close();
    pools = undefined;
  });
}

const wakingsMax = 2_000;

export async function openLife(startsAt = '2026-01-31T10:00:00.000Z'): Promise<BillingLife> {
  pools ??= openFixturePools({ ownerUrl: stackEnv().databaseUrl, appUrl: stackEnv().appDatabaseUrl });
  let now = Date.parse(startsAt);
  const fixture = await openTenantFixture(pools, () => now);
  const { owner, tenantId, context, provider } = fixture;
  const instantOf = (at: Instant | string): Instant => (typeof at === 'string' ? Date.parse(at) : at);

  function skipTo(at: Instant | string): void {
    now = Math.max(now, instantOf(at));
    provider.setClockOffset(now - Date.now());
  }
  async function liveTo(at: Instant | string): Promise<void> {
    const until = instantOf(at);
    for (let wakings = 0; ; wakings += 1) {
      if (wakings > wakingsMax) throw new Error('never comes to rest');
      const [due] = await owner<(WorkflowRow & { wakeAt: Instant })[]>`
        select tenant_id, id, 'subscription' as kind, wake_at from subscriptions
        where tenant_id = ${tenantId} and wake_at <= ${until}
        union all
        select tenant_id, id, kind, wake_at from carriers where tenant_id = ${tenantId} and wake_at <= ${until}
        order by wake_at limit 1`;
      if (!due) break;
      skipTo(due.wakeAt);
      await driveSteps(context, refOfRow(due));
    }
    skipTo(until);
  }
  skipTo(now);
  return {
    ...fixture,
    ...openTenantRows(fixture),
    now: () => now,
    skipTo,
    skip: (ms) => skipTo(now + ms),
    liveTo,
    live: (ms) => liveTo(now + ms),
    settle: () => liveTo(now),
    driveNotingFailures: (id) => driveSteps(context, { tenantId, subscriptionId: id }, { noteFailures: true }),
    async advance(id, to, claim) {
      const send = context.sendIntents;
      const awake: Promise<unknown>[] = [];
      context.sendIntents = (owed) => {
        send(owed);
        awake.push(...owed.map((intent) => driveSteps(context, refOf(intent))));
        // Rejections are the test's failures below, not unhandled ones.
        for (const drive of awake) drive.catch(() => undefined);
      };
      try {
        const input = { to: 'to' in to ? to.to : null, by: 'by' in to ? to.by : null };
        return await advanceTestClock(context, { ...fixture.call, claim: claim ?? null }, id, input);
      } finally {
        context.sendIntents = send;
        await Promise.all(awake);
      }
    },
  };
}

/** The refusal's code, also where it is answered under an idempotency key. */
export async function refusalOf(asked: Promise<Answer>): Promise<string> {
  try {
    const { status, body } = await asked;
    expect(status, 'a refusal').toBeGreaterThanOrEqual(400);
    return (body as { code: string }).code;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

export const iso = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());
