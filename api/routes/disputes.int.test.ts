import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyDispute } from '../../billing/disputes/apply-dispute.ts';
import { subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness } from '../../tests/support/api-harness.ts';
import { testSealing } from '../../tests/support/test-sealer.ts';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());

async function dispute(providerDisputeId: string, status: 'open' | 'lost') {
  const tenant = await api.makeTenant();
  const made = await subscribe(api, tenant);
  const { database, provider } = { database: { sql: api.sql }, provider: () => api.provider };
  const payment = await api.call('GET', `/v1/payments/${made.paymentId}`, { key: tenant.apiKey });
  await applyDispute(
    { ...testSealing, database, provider, sendIntents: () => undefined },
    {
      ...{ tenantId: tenant.tenantId, provider: 'sandbox', consumer: 'test', eventId: providerDisputeId },
      dispute: {
        ...{ providerDisputeId, attemptId: payment.body.attempts[0].attempt_id, providerChargeId: null, status },
        ...{ amountMinor: 1_999, currency: 'USD', reason: 'product_not_received' },
        ...{ openedAt: '2026-02-01T00:00:00.000Z', evidenceDueAt: null },
      },
    },
  );
  const get = (path: string) => api.call('GET', `/v1${path}`, { key: tenant.apiKey });
  return { get, made };
}

it('disputes are read and listed, by status and by payment', async () => {
  const { get, made } = await dispute('dp_read', 'lost');
  const list = await get('/admin/disputes');
  expect(list.body).toMatchObject({ has_more: false, next_cursor: null });
  const [found] = list.body.data;
  expect(found).toMatchObject({
    ...{ payment_id: made.paymentId, provider: 'sandbox', provider_dispute_id: 'dp_read', status: 'lost' },
    ...{ amount: 1_999, currency: 'USD', reason: 'product_not_received' },
    ...{ opened_at: '2026-02-01T00:00:00.000Z', evidence_due_at: null, reserved: 1_999 },
    ...{ customer_id: made.customerId, subscription_id: made.subscriptionId, subscription_status: 'canceled' },
  });
  expect(found.settled_at).not.toBeNull();
  expect((await get(`/admin/disputes/${found.dispute_id}`)).body).toEqual(found);
  const counts = [];
  for (const query of ['status=lost', 'status=open', `payment_id=${made.paymentId}`, 'payment_id=pay_of_nobody']) {
    counts.push((await get(`/admin/disputes?${query}`)).body.data.length);
  }
  expect(counts).toEqual([1, 0, 1, 0]);
  expect((await get(`/payments/${made.paymentId}`)).body.status).toBe('disputed');
  expect((await get(`/subscriptions/${made.subscriptionId}`)).body.status).toBe('canceled');
});

it('a dispute is another tenant’s nowhere', async () => {
  const [one, other] = [await dispute('dp_one', 'open'), await dispute('dp_other', 'open')];
  const [found] = (await one.get('/admin/disputes')).body.data;
  expect((await other.get(`/admin/disputes/${found.dispute_id}`)).status).toBe(404);
  expect((await other.get(`/admin/disputes?payment_id=${one.made.paymentId}`)).body.data).toEqual([]);
});
