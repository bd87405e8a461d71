import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findViolations } from '../../db/queries/invariants.ts';
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
const lines = [{ description: 'Set-up', amount: 5_000, quantity: 2 }];

async function draft(more: object = {}): Promise<string> {
  const { customerId } = await signUp(api, tenant);
  const created = await call('POST', '/admin/invoices', { customer_id: customerId, currency: 'EUR', lines, ...more });
  expect(created.status).toBe(201);
  return created.body.invoice_id;
}

describe('an invoice by hand', () => {
  it('is drafted, written anew, finalised, paid and read', async () => {
    const id = await draft({ memo: 'As agreed' });
    const path = `/admin/invoices/${id}`;
    expect((await call('GET', `/invoices/${id}`)).body).toMatchObject({
      ...{ kind: 'manual', status: 'draft', number: null, total: 10_000, currency: 'EUR', memo: 'As agreed' },
      lines: [{ kind: 'manual', description: 'Set-up', quantity: 2, unit_amount: 5_000, amount: 10_000 }],
    });
    const changed = await call('PUT', path, { lines: [{ description: 'One day', amount: 7_000 }], memo: null });
    expect([changed.status, changed.body]).toMatchObject([200, { total: 7_000, memo: null, lines: [{ quantity: 1 }] }]);
    const finalized = await call('POST', `${path}/finalize`);
    expect([finalized.status, finalized.body]).toMatchObject([200, { status: 'open', number: 1 }]);
    const paid = await call('POST', `${path}/pay`);
    expect([paid.status, paid.body]).toMatchObject([202, { status: 'open' }]);
    await expect
      .poll(async () => (await call('GET', `/invoices/${id}`)).body)
      .toMatchObject({ status: 'paid', amount_paid: 7_000 });
    for (const command of ['finalize', 'void', 'pay']) {
      const again = await call('POST', `${path}/${command}`);
      expect([command, again.status, again.body.code]).toEqual([command, 409, 'invalid_state']);
    }
    expect(await findViolations(api.owner, { tenantId: tenant.tenantId, toleratedMs: 60_000 })).toEqual([]);
  });

  it('is made once for one key', async () => {
    const { customerId } = await signUp(api, tenant);
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const body = { customer_id: customerId, currency: 'EUR', lines, collect: true };
    const [first, second] = [
      await call('POST', '/admin/invoices', body, headers),
      await call('POST', '/admin/invoices', body, headers),
    ];
    expect([first.status, first.body.status]).toEqual([201, 'open']);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    const payments = (await call('GET', `/payments?customer_id=${customerId}`)).body.data;
    expect(payments).toMatchObject([{ amount: 10_000, subscription_id: null }]);
  });

  it.each([
    ['no lines', { lines: [] }, 400, 'invalid_request'],
    ['a line of nothing', { lines: [{ description: 'x', amount: 0 }] }, 400, 'invalid_request'],
    ['an unknown currency', { currency: 'XXX' }, 400, 'invalid_request'],
    ['an unknown subscription', { subscription_id: 'sub_nobody' }, 404, 'not_found'],
    ['an unknown customer', { customer_id: 'cus_nobody' }, 404, 'not_found'],
    ['too much', { lines: [{ description: 'x', amount: 9_999_999_999, quantity: 2 }] }, 422, 'amount_over_limit'],
  ])('with %s is refused', async (_name, wrong, status, code) => {
    const { customerId } = await signUp(api, tenant);
    const body = { customer_id: customerId, currency: 'EUR', lines, ...wrong };
    const answer = await call('POST', '/admin/invoices', body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('of another tenant is unknown', async () => {
    const id = await draft();
    const other = await api.makeTenant();
    const answer = await api.call('POST', `/v1/admin/invoices/${id}/finalize`, { key: other.apiKey });
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  });
});

describe('a parked payment without a subscription', () => {
  it('is set going again by a repair, and is all that may be', async () => {
    const { customerId } = await signUp(api, tenant);
    const { charge } = api.provider;
    api.provider.charge = async () => {
      throw new Error('a bug');
    };
    await call('POST', '/admin/invoices', { customer_id: customerId, currency: 'EUR', lines, collect: true });
    const [payment] = (await call('GET', `/payments?customer_id=${customerId}`)).body.data;
    const isLookedUp = async () =>
      (await api.owner`select next_kind from carriers where id = ${payment.payment_id}`)[0];
    await expect.poll(isLookedUp).toMatchObject({ nextKind: 'look_up' });
    api.provider.charge = charge;
    const path = `/admin/payments/${payment.payment_id}/repair`;
    const refused = await call('POST', path, { action: 'retry', reason: 'seen' });
    expect([refused.status, refused.body.code]).toEqual([409, 'invalid_state']);
    await api.owner`update carriers set parked_at = now(), parked = '{"step":"x","input":null,"error":"y"}'
      where id = ${payment.payment_id}`;
    const repaired = await call('POST', path, { action: 'retry', reason: 'seen' });
    expect([repaired.status, repaired.body.payment_id]).toEqual([200, payment.payment_id]);
    const ofSubscription = await subscribe(api, tenant);
    const other = await call('POST', `/admin/payments/${ofSubscription.paymentId}/repair`, {
      ...{ action: 'retry', reason: 'seen' },
    });
    expect([other.status, other.body.code]).toEqual([409, 'invalid_state']);
  });
});

describe('a document', () => {
  it('of an invoice is a PDF, the same each time', async () => {
    const { invoiceId } = await subscribe(api, tenant);
    const [one, again] = [
      await call('GET', `/invoices/${invoiceId}/pdf`),
      await call('GET', `/invoices/${invoiceId}/pdf`),
    ];
    expect([one.status, one.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect(one.text.startsWith('%PDF-')).toBe(true);
    expect(Buffer.compare(one.bytes, again.bytes)).toBe(0);
  });

  it('of a draft, a void invoice and a credit note is one too', async () => {
    const id = await draft();
    const drafted = await call('GET', `/invoices/${id}/pdf`);
    await call('POST', `/admin/invoices/${id}/void`);
    const voided = await call('GET', `/invoices/${id}/pdf`);
    const { paymentId } = await subscribe(api, tenant);
    const refund = await call('POST', `/payments/${paymentId}/refunds`, { amount: 100 });
    const note = await call('GET', `/credit-notes/${refund.body.credit_note_id}/pdf`);
    for (const { status, text } of [drafted, voided, note]) {
      expect([status, text.startsWith('%PDF-')]).toEqual([200, true]);
    }
  });
});
