import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
});
beforeEach(async () => {
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

const call = (method: string, path: string, body?: object, key = tenant.apiKey) =>
  api.call(method, `/v1${path}`, { key, body });

async function refunded(amount: number, next: string[] = []) {
  const made = await subscribe(api, tenant);
  api.provider.script({ operation: 'refund', tenantId: tenant.tenantId, next });
  const { body } = await call('POST', `/payments/${made.paymentId}/refunds`, { amount, note: 'As agreed' });
  return { ...made, refundId: body.refund_id as string };
}

const idsOf = async (query: string, key?: string) =>
  (await call('GET', `/admin/refunds${query}`, undefined, key)).body.data.map(
    ({ refund_id }: { refund_id: string }) => refund_id,
  );

it('refunds are listed newest first, with whose they are and where, by state, customer and time', async () => {
  const [first, second] = [await refunded(300), await refunded(400, ['pending:200000'])];
  const { body } = await call('GET', '/admin/refunds');
  expect(body).toMatchObject({ has_more: false, next_cursor: null });
  expect(body.data).toMatchObject([
    { refund_id: second.refundId, status: 'pending', amount: 400, customer_id: second.customerId },
    {
      ...{ refund_id: first.refundId, status: 'succeeded', amount: 300, currency: 'USD', note: 'As agreed' },
      ...{ customer_id: first.customerId, payment_id: first.paymentId, provider: 'sandbox', needs_repair: false },
      ...{ provider_refund_id: expect.any(String), credit_note_id: expect.any(String) },
    },
  ]);
  expect(await idsOf('?status=succeeded')).toEqual([first.refundId]);
  expect(await idsOf('?status=pending')).toEqual([second.refundId]);
  expect(await idsOf(`?customer_id=${first.customerId}`)).toEqual([first.refundId]);
  expect(await idsOf('?created_to=2020-01-01T00:00:00Z')).toEqual([]);
  const page = (await call('GET', '/admin/refunds?limit=1')).body;
  expect([page.has_more, page.data[0].refund_id]).toEqual([true, second.refundId]);
  expect(await idsOf(`?limit=1&cursor=${page.next_cursor}`)).toEqual([first.refundId]);
});

it('a refund that waits for a person says so', async () => {
  const { refundId } = await refunded(300);
  await api.owner`update refunds set status = 'needs_review' where id = ${refundId}`;
  const stuck = await refunded(200, ['pending:200000']);
  await api.owner`update carriers set parked_at = now() where id = ${stuck.refundId}`;
  await refunded(100, ['pending:200000']);
  expect((await call('GET', '/admin/refunds?status=needs_review')).body.data).toMatchObject([
    { refund_id: refundId, needs_repair: true },
  ]);
  expect((await call('GET', '/admin/refunds?needs_repair=true')).body.data).toMatchObject([
    { refund_id: stuck.refundId, needs_repair: true },
    { refund_id: refundId, needs_repair: true },
  ]);
});

it('refunds are another tenant’s nowhere', async () => {
  const { refundId, customerId } = await refunded(300);
  const { apiKey } = await api.makeTenant();
  expect(await idsOf('', apiKey)).toEqual([]);
  expect(await idsOf(`?customer_id=${customerId}`, apiKey)).toEqual([]);
  expect(await idsOf(`?limit=1&cursor=${refundId}`, apiKey)).toEqual([]);
});

it('payments are found by the provider they went to and by its id of the charge', async () => {
  const made = await subscribe(api, tenant);
  await subscribe(api, tenant);
  const [attempt] = await api.owner<{ providerChargeId: string }[]>`
    select provider_charge_id from payment_attempts where payment_id = ${made.paymentId}`;
  const count = async (query: string, key?: string) =>
    (await call('GET', `/admin/payments?status=completed&${query}`, undefined, key)).body.data.length;
  const charge = `provider_charge_id=${attempt?.providerChargeId}`;
  expect([await count('provider=sandbox'), await count('provider=stripe'), await count(charge)]).toEqual([2, 0, 1]);
  expect([await count('provider_charge_id=ch_of_nobody'), await count(`provider=stripe&${charge}`)]).toEqual([0, 0]);
  const other = await api.makeTenant();
  expect(await count(charge, other.apiKey)).toBe(0);
});
