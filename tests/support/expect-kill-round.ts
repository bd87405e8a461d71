import { expect, vi } from 'vitest';
import type { KillRound } from './kill-round.ts';
import type { WatchedPlatform } from './watched-platform.ts';

const settledWithinMs = 150_000;

/** What must hold once the dust has settled: nothing lost, nothing done twice, and the provider agrees. */
export async function expectNothingLost(platform: WatchedPlatform, round: KillRound): Promise<void> {
  const { tenant, created, renewed, stopped, charger } = round;
  const { owner } = platform;
  const { tenantId } = tenant;
  await tenant.waitForQuiet(settledWithinMs);

  const { violations, counts } = await platform.checkInvariants(tenant);
  expect(violations).toEqual([]);
  expect(counts.subscriptions).toBe(created.length);
  expect(counts.charges).toBeGreaterThan(0);
  // The same with no tolerance, as soon as what was still on its way has arrived.
  await vi.waitFor(async () => expect((await platform.checkInvariants(tenant, 0)).violations).toEqual([]), {
    timeout: 60_000,
    interval: 2_000,
  });

  // However often a request was repeated, it made one subscription, and repeating it once more gives that one again.
  expect(new Set(created.map(({ answer }) => answer.body.subscription_id)).size).toBe(created.length);
  for (const { idempotencyKey, answer, request } of created) {
    const again = await tenant.rest.send('POST', '/v1/subscriptions', request, idempotencyKey);
    expect(again.body['subscription_id'], idempotencyKey).toBe(answer.body.subscription_id);
  }

  const runs = await owner<{ subscriptionId: string; renewals: number; status: string }[]>`
    select s.id as subscription_id, s.status, count(r.id) filter (where r.kind = 'renewal')::int as renewals
    from subscriptions s left join billing_runs r on r.tenant_id = s.tenant_id and r.subscription_id = s.id
    where s.tenant_id = ${tenantId} group by s.id, s.status`;
  const ofSubscription = new Map(runs.map((run) => [run.subscriptionId, run]));
  const outcomes = renewed.map((id) => `${ofSubscription.get(id)?.status} ${ofSubscription.get(id)?.renewals}`);
  expect(outcomes.filter((outcome) => outcome !== 'active 1' && outcome !== 'past_due 1')).toEqual([]);

  if (stopped === null) return;
  // The lease had passed to another worker: the one that stood still sent nothing any more.
  const sends = platform.provider(charger).charges.filter(({ attemptId }) => attemptId === stopped.attemptId);
  // What a step had in hand is sent again from the provider's queue.
  if (charger === 'payment-worker') expect(sends.length).toBeGreaterThan(0);
  expect(sends.filter(({ at }) => at >= stopped.resumedAt)).toEqual([]);
}
