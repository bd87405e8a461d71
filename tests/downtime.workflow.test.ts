import { expect, it } from 'vitest';
import { ProviderError } from '../adapters/payments/provider-error.ts';
import { cancelSubscription } from '../billing/subscriptions/cancel-subscription.ts';
import type { SubscriptionId } from '../domain/ids.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../domain/instant.ts';
import { openLives } from './support/open-lives.ts';
import type { WorkflowLife } from './support/workflow-life.ts';

const lives = openLives();

/**
 * Paid for on 31 January 2027, then no worker is there until the middle of July. The engine's clock stops skipping where a task
 * finds no worker, so from the first boundary on the time passes for the rows alone.
 */
async function afterFiveMonths(settings: Parameters<WorkflowLife['setSettings']>[0]) {
  const life = await lives.begin('2027-01-31T10:00:00.000Z');
  await life.setSettings(settings);
  const { id } = await life.subscribe();
  await life.settle();
  await life.stopWorkers();
  const { wakeAt } = await life.sub(id);
  await lives.harness().skip(wakeAt - (await life.now()) - SECOND_MS);
  life.passUnseen(Date.parse('2027-07-15T00:00:00.000Z') - (await life.now()));
  await life.startWorkers();
  await life.settle();
  return { life, id };
}

async function periods(life: WorkflowLife, id: SubscriptionId) {
  const runs = await life.rows('billing_runs', id);
  return runs.map(({ periodStartAt, status }) => `${new Date(periodStartAt).toISOString().slice(0, 10)} ${status}`);
}

it('invoices every period of a downtime of five months in order, each charged once the one before is paid', async () => {
  const { life, id } = await afterFiveMonths({ catchUp: 'all' });
  const missed = ['2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31', '2027-06-30'];
  expect(await periods(life, id)).toEqual(['2027-01-31', ...missed].map((start) => `${start} settled`));
  const attempts = await life.rows('payment_attempts', id);
  for (const [index, attempt] of attempts.entries()) {
    expect(attempt).toMatchObject({ status: 'succeeded', number: 1, sendCount: 1 });
    expect(attempt.createdAt).toBeGreaterThanOrEqual(attempts[index - 1]?.settledAt ?? 0);
  }
  expect((await life.captures()).map(({ invoice }) => invoice)).toEqual([1, 2, 3, 4, 5, 6]);
  await life.liveTo('2027-09-01T00:00:00.000Z');
  expect((await periods(life, id)).slice(6)).toEqual(['2027-07-31 settled', '2027-08-31 settled']);
});

it('catch_up: latest charges the running period alone and keeps the others as skipped', async () => {
  const { life, id } = await afterFiveMonths({ catchUp: 'latest' });
  const skipped = ['2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31'];
  expect(await periods(life, id)).toEqual([
    '2027-01-31 settled',
    ...skipped.map((start) => `${start} skipped`),
    '2027-06-30 settled',
  ]);
  expect((await life.captures()).map(({ invoice }) => invoice)).toEqual([1, 2]);
  await life.liveTo('2027-09-01T00:00:00.000Z');
  expect((await life.captures()).map(({ invoice }) => invoice)).toEqual([1, 2, 3, 4]);
});

it('gives back in full what turns out to have been captured after the end, once', async () => {
  const life = await lives.begin('2027-01-31T10:00:00.000Z');
  const { id } = await life.subscribe();
  const { lookUp } = life.provider;
  life.provider.lookUp = () => Promise.reject(new ProviderError('not_sent', 'unavailable'));
  life.provider.script({ next: ['timeout_after'] });
  await life.liveTo((await life.sub(id)).periodEndAt ?? 0);
  expect((await life.rows('payment_attempts', id)).map(({ status }) => status)).toEqual(['succeeded', 'unknown']);
  await cancelSubscription(life.context, life.call, id, { at: 'now', reason: null });
  await life.live(HOUR_MS);
  expect(await life.sub(id)).toMatchObject({ status: 'canceled', hasOpenWork: true });
  expect(await lives.harness().isOpen(life.ref(id))).toBe(true);

  life.provider.lookUp = lookUp;
  await life.live(DAY_MS);
  expect(await lives.harness().result(life.ref(id))).toBe('Ended: canceled');
  expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded', amountMinor: 1_999 }]);
  expect((await life.rows('payments', id)).map(({ status }) => status)).toEqual(['completed', 'refunded']);
  const { charges } = await life.provider.listCharges({ tenantId: life.tenantId, limit: 100 });
  expect(charges.map(({ status, refundedMinor }) => [status, refundedMinor])).toEqual([
    ['succeeded', 0],
    ['succeeded', 1_999],
  ]);
});
