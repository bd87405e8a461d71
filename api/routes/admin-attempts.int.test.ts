import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signUp, subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  api.call(method, `/v1${path}`, { key: tenant.apiKey, body, headers });

interface Undecided {
  attempt_id: string;
  payment_id: string;
  customer_id: string;
}

/** A first charge whose answer was lost on its way. */
async function loseAnswer(behaviour = 'timeout_after'): Promise<Undecided> {
  const { customerId, planId } = await signUp(api, tenant);
  api.provider.script({ tenantId: tenant.tenantId, next: [behaviour] });
  const created = await call('POST', '/subscriptions', { customer_id: customerId, plan_id: planId });
  expect(created.status).toBe(202);
  const { data } = (await call('GET', `/admin/attempts?customer_id=${customerId}`)).body;
  expect(data).toHaveLength(1);
  return data[0];
}

const lookUpPath = ({ payment_id, attempt_id }: Undecided) =>
  `/admin/payments/${payment_id}/attempts/${attempt_id}/look-up`;
const paymentStatus = async ({ payment_id }: Undecided) => (await call('GET', `/payments/${payment_id}`)).body.status;

describe('attempts whose outcome is not known', () => {
  it('are listed with what is known, by status and customer, and are no other tenant’s', async () => {
    const lost = await loseAnswer();
    expect(lost).toMatchObject({
      status: 'unknown',
      provider: 'sandbox',
      amount: 1999,
      send_count: 1,
      look_up_count: 0,
    });
    expect(lost).toMatchObject({ next_look_up_at: expect.any(String), sent_at: expect.any(String) });
    const idsOf = async (query: string, key = tenant.apiKey) =>
      (await api.call('GET', `/v1/admin/attempts${query}`, { key })).body.data.map((one: Undecided) => one.attempt_id);
    expect(await idsOf('?status=unknown')).toContain(lost.attempt_id);
    expect(await idsOf('?status=needs_review')).not.toContain(lost.attempt_id);
    expect(await idsOf(`?customer_id=${lost.customer_id}`)).toEqual([lost.attempt_id]);
    expect(await idsOf('', (await api.makeTenant()).apiKey)).toEqual([]);
    expect((await call('GET', '/admin/attempts?status=succeeded')).status).toBe(400);
  });

  it('are looked up at once when a person asks, audited, and once for one key', async () => {
    const lost = await loseAnswer();
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await call('POST', lookUpPath(lost), {}, headers);
    expect([first.status, first.body]).toMatchObject([202, { attempt_id: lost.attempt_id, status: 'unknown' }]);
    await expect.poll(() => paymentStatus(lost)).toBe('completed');
    const again = await call('POST', lookUpPath(lost), {}, headers);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    const audits = await api.owner`select details from audit_log
      where tenant_id = ${tenant.tenantId} and action = 'payment.look_up_requested' and resource_id = ${lost.payment_id}`;
    expect(audits).toMatchObject([{ details: { attempt_id: lost.attempt_id, status: 'unknown' } }]);
  });

  it('that need review are asked about once more, and come back to a person where nothing is known, never sent again', async () => {
    const lost = await loseAnswer();
    await api.owner`update payment_attempts set status = 'needs_review', resolve_at = null, resolve_count = 1
      where id = ${lost.attempt_id}`;
    const lookUp = vi.spyOn(api.provider, 'lookUp').mockResolvedValue({ kind: 'not_found' });
    expect((await call('POST', lookUpPath(lost), {})).body).toMatchObject({ status: 'unknown' });
    const statusOf = async () =>
      (await call('GET', `/payments/${lost.payment_id}`)).body.attempts.map(({ status }: { status: string }) => status);
    await expect.poll(() => lookUp.mock.calls.length).toBe(1);
    await expect.poll(statusOf).toEqual(['needs_review']);
    lookUp.mockRestore();
    await call('POST', lookUpPath(lost), {});
    await expect.poll(() => paymentStatus(lost)).toBe('completed');
  });

  it('keep all their own look-ups when a person asks out of turn', async () => {
    const lost = await loseAnswer('pending:200000');
    await api.owner`update payment_attempts set resolve_count = 3 where id = ${lost.attempt_id}`;
    const lookUp = vi.spyOn(api.provider, 'lookUp');
    await call('POST', lookUpPath(lost), {});
    await expect.poll(() => lookUp.mock.calls.length).toBe(1);
    lookUp.mockRestore();
    const { data } = (await call('GET', `/admin/attempts?customer_id=${lost.customer_id}`)).body;
    expect(data).toMatchObject([{ status: 'unknown', look_up_count: 3 }]);
    expect(Date.parse(data[0].next_look_up_at)).toBeGreaterThan(Date.now() + 60_000);
  });

  it('are known, where they are decided: there is nothing to look up', async () => {
    const { paymentId } = await subscribe(api, tenant);
    const { attempts } = (await call('GET', `/payments/${paymentId}`)).body;
    const answer = await call('POST', lookUpPath({ ...attempts[0], payment_id: paymentId }), {});
    expect([answer.status, answer.body.code]).toEqual([409, 'invalid_state']);
  });

  it.each(['viewer', 'support', 'finance'] as const)('are looked up by no %s', async (role) => {
    const key = await api.makeKey(tenant.tenantId, role);
    const lost = await loseAnswer();
    const answer = await api.call('POST', `/v1${lookUpPath(lost)}`, { key, body: {} });
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
  });
});
