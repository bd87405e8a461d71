import { beforeAll, describe, expect, it } from 'vitest';
import { cancelSubscription } from '../../billing/subscriptions/cancel-subscription.ts';
import { changeSubscription } from '../../billing/subscriptions/change-subscription.ts';
import { pauseSubscription } from '../../billing/subscriptions/pause-subscription.ts';
import { listSubscriptions } from '../../billing/subscriptions/read-subscription.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import type { SubscriptionFilter } from './list-subscriptions.ts';

closePoolsAfterAll();

interface Listed {
  subscription_id: string;
  next_charge: { at: string } | null;
}

let life: BillingLife;
let parked: SubscriptionId;
let clocked: SubscriptionId;
beforeAll(async () => {
  life = await openLife('2026-04-01T00:00:00.000Z');
  const { context, call } = life;
  const make = async (input: Parameters<BillingLife['subscribe']>[0] = {}) => (await life.subscribe(input)).id;
  await make();
  await make({ trialPeriodDays: 9 });
  await make({ startDate: '2026-04-20' });
  await make({ startDate: '2026-04-21', trialPeriodDays: 3 });
  await make({ token: 'tok_decline_after_1' });
  await make({ token: 'tok_insufficient_funds', allowIncomplete: true });
  await make({ token: 'tok_generic_decline' });
  const until = life.now() + 50 * DAY_MS;
  await pauseSubscription(context, call, await make(), { resumesAt: until });
  await pauseSubscription(context, call, await make(), { resumesAt: null });
  await cancelSubscription(context, call, await make(), { at: 'period_end', reason: null });
  await cancelSubscription(context, call, await make(), { at: 'now', reason: null });
  const change = { effective: 'period_end', proration: 'none' } as const;
  await changeSubscription(context, call, await make(), { ...change, quantity: 2 });
  clocked = await make();
  await life.advance(clocked, { by: 'P33D' });
  parked = await make();
  await life.owner`update subscriptions set parked_at = now() where id = ${parked}`;
});

async function list(filter: Partial<SubscriptionFilter> = {}): Promise<Listed[]> {
  const { body } = await listSubscriptions(life.context, life.call, { limit: 100, ...filter });
  return (body as { data: Listed[] }).data;
}
const idsOf = (listed: readonly Listed[]) => listed.map(({ subscription_id }) => subscription_id);

describe('a list of subscriptions', () => {
  it('by the next charge finds those that say so themselves, in every state', async () => {
    // Renewals of April's first are declined, so that some are past due with a retry planned.
    for (const at of ['2026-04-01T00:00:00.000Z', '2026-05-01T06:00:00.000Z']) {
      await life.liveTo(at);
      const all = await list();
      const dates = [...new Set(all.flatMap(({ next_charge }) => next_charge?.at ?? []))];
      expect(dates.length).toBeGreaterThan(4);
      for (const date of dates) {
        const from = Date.parse(date);
        const wanted = all.filter(({ next_charge }) => next_charge?.at === date);
        expect(idsOf(await list({ nextChargeFrom: from, nextChargeTo: from + 1 })), date).toEqual(idsOf(wanted));
      }
      const open = await list({ nextChargeFrom: 0 });
      expect(idsOf(open)).toEqual(idsOf(all.filter(({ next_charge }) => next_charge !== null)));
    }
  });

  it('finds those that are parked, and those on a test clock', async () => {
    expect(idsOf(await list({ needsAttention: true }))).toEqual([parked]);
    expect(idsOf(await list({ needsAttention: false }))).not.toContain(parked);
    expect(idsOf(await list({ onTestClock: true }))).toEqual([clocked]);
    expect(idsOf(await list({ onTestClock: false }))).not.toContain(clocked);
  });
});
