import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { eventRegistry } from '../../contracts/events/index.ts';
import { findViolations } from '../../db/queries/invariants.ts';
import { subscribe } from '../../tests/support/api-fixtures.ts';
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
const refund = (paymentId: string, body: object = {}, headers: Record<string, string> = {}) =>
  call('POST', `/payments/${paymentId}/refunds`, body, headers);

async function expectSound(): Promise<void> {
  const found = await findViolations(api.owner, { tenantId: tenant.tenantId, toleratedMs: 60_000 });
  expect(found).toEqual([]);
}

/** A subscription whose first charge was refused under `allow_incomplete`: its payment has collected nothing. */
async function uncollected(): Promise<string> {
  const paid = await subscribe(api, tenant);
  const method = await call('POST', `/customers/${paid.customerId}/payment-methods`, {
    ...{ provider: 'sandbox', token: 'tok_stolen_card' },
  });
  const created = await call('POST', '/subscriptions', {
    ...{ customer_id: paid.customerId, plan_id: paid.planId, payment_behavior: 'allow_incomplete' },
    payment_method_id: method.body.payment_method_id,
  });
  return created.body.payment.payment_id;
}

describe('a refund', () => {
  it('gives all back by default, with a credit note, its ledger entries and its event', async () => {
    const { paymentId, subscriptionId, invoiceId } = await subscribe(api, tenant);
    const answer = await refund(paymentId, { reason: 'unhappy', note: 'With our apologies' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ status: 'succeeded', amount: 1_999, currency: 'USD', reason: 'unhappy' });
    expect((await call('GET', `/refunds/${answer.body.refund_id}`)).body).toEqual(answer.body);
    expect((await call('GET', `/payments/${paymentId}`)).body).toMatchObject({
      ...{ status: 'refunded', amount_refunded: 1_999 },
    });
    const note = (await call('GET', `/credit-notes/${answer.body.credit_note_id}`)).body;
    expect(note).toMatchObject({
      ...{ invoice_id: invoiceId, refund_id: answer.body.refund_id, total: 1_999, reason: 'With our apologies' },
      lines: [{ invoice_line: 0, amount: 1_999 }],
    });
    expect((await call('GET', `/invoices/${invoiceId}/credit-notes`)).body.data).toEqual([note]);
    const events = (await call('GET', `/subscriptions/${subscriptionId}/events`)).body.data;
    const refunded = events.find(({ type }: { type: string }) => type === 'payments.refunded');
    expect(eventRegistry['payments.refunded'].parse(refunded.data)).toMatchObject({
      ...{ refund_id: answer.body.refund_id, amount: 1_999 },
    });
    await expectSound();
  });

  it('in parts never exceeds what was captured, and the notes together are the lines', async () => {
    const { paymentId, invoiceId } = await subscribe(api, tenant);
    expect((await refund(paymentId, { amount: 500 })).body).toMatchObject({ status: 'succeeded', amount: 500 });
    expect((await call('GET', `/payments/${paymentId}`)).body).toMatchObject({ status: 'partially_refunded' });
    const over = await refund(paymentId, { amount: 1_500 });
    expect([over.status, over.body]).toMatchObject([422, { code: 'refund_exceeds_captured', available: 1_499 }]);
    expect((await refund(paymentId)).body).toMatchObject({ status: 'succeeded', amount: 1_499 });
    const nothingLeft = await refund(paymentId);
    expect([nothingLeft.status, nothingLeft.body.code]).toEqual([422, 'refund_exceeds_captured']);
    const notes = (await call('GET', `/invoices/${invoiceId}/credit-notes`)).body.data;
    expect(notes.map(({ total }: { total: number }) => total)).toEqual([1_499, 500]);
    expect(notes[0].number).toBe(notes[1].number + 1);
    const list = (await call('GET', `/payments/${paymentId}/refunds`)).body.data;
    expect(list.map(({ amount }: { amount: number }) => amount)).toEqual([1_499, 500]);
    await expectSound();
  });

  it.each([0, -1])('of %i is refused with 422', async (amount) => {
    const { paymentId } = await subscribe(api, tenant);
    const answer = await refund(paymentId, { amount });
    expect([answer.status, answer.body.code]).toEqual([422, 'refund_exceeds_captured']);
  });

  it('of a payment that collected nothing is refused with 409', async () => {
    const answer = await refund(await uncollected());
    expect([answer.status, answer.body.code]).toEqual([409, 'payment_not_collected']);
  });

  it('of a disputed payment is refused with 409', async () => {
    const { paymentId } = await subscribe(api, tenant);
    await api.owner`update payments set status = 'disputed', disputed_minor = 999 where id = ${paymentId}`;
    const answer = await refund(paymentId, { amount: 1 });
    expect([answer.status, answer.body.code]).toEqual([409, 'payment_disputed']);
    await api.owner`update payments set status = 'completed', disputed_minor = 0 where id = ${paymentId}`;
  });

  it('is carried out once for the same key, and its refusal is replayed too', async () => {
    const { paymentId } = await subscribe(api, tenant);
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const answers = await Promise.all([1, 2, 3].map(() => refund(paymentId, { amount: 300 }, headers)));
    const again = await refund(paymentId, { amount: 300 }, headers);
    expect(new Set([...answers, again].map(({ body }) => body.refund_id)).size).toBe(1);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect((await call('GET', `/payments/${paymentId}`)).body.amount_refunded).toBe(300);
    const other = await refund(paymentId, { amount: 301 }, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const refused = { 'idempotency-key': crypto.randomUUID() };
    const [first, second] = [
      await refund(paymentId, { amount: 9_999 }, refused),
      await refund(paymentId, { amount: 9_999 }, refused),
    ];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it('that the provider has not decided is answered 202, and the same key later with what became of it', async () => {
    const { paymentId } = await subscribe(api, tenant);
    const { refund: decide } = api.provider;
    api.provider.refund = async () => {
      throw new ProviderError('unknown', 'timeout');
    };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await refund(paymentId, { amount: 200 }, headers);
    expect([first.status, first.body]).toMatchObject([202, { status: 'pending', amount: 200 }]);
    api.provider.refund = decide;
    // Nobody in this harness is awake later; a second look is what the workflow would take.
    await api.owner`update refunds set resolve_at = now() where id = ${first.body.refund_id}`;
    await api.wake({ tenantId: tenant.tenantId, carrierId: first.body.refund_id, carries: 'refund' });
    const second = await refund(paymentId, { amount: 200 }, headers);
    expect([second.status, second.body]).toMatchObject([
      201,
      { refund_id: first.body.refund_id, status: 'succeeded', amount: 200 },
    ]);
    await expectSound();
  });

  it('asked for by many administrators at once reserves no more than was captured (F23)', async () => {
    const { paymentId } = await subscribe(api, tenant);
    const answers = await Promise.all(Array.from({ length: 12 }, () => refund(paymentId, { amount: 400 })));
    const granted = answers.filter(({ status }) => status === 201);
    expect(granted).toHaveLength(4);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(8);
    const { body } = await call('GET', `/payments/${paymentId}`);
    expect(body).toMatchObject({ status: 'partially_refunded', amount_refunded: 1_600 });
    const { charges } = await api.provider.listCharges({ tenantId: tenant.tenantId, limit: 100 });
    expect(charges.map(({ refundedMinor }) => refundedMinor)).toContain(1_600);
    await expectSound();
  });
});

describe('a refund that needs a person', () => {
  async function parked(): Promise<{ refundId: string; paymentId: string }> {
    const { paymentId } = await subscribe(api, tenant);
    const { refund: decide } = api.provider;
    api.provider.refund = async () => {
      throw new ProviderError('unknown', 'timeout');
    };
    const { body } = await refund(paymentId, { amount: 100 });
    api.provider.refund = decide;
    await api.owner`update refunds set status = 'needs_review', resolve_at = null where id = ${body.refund_id}`;
    return { refundId: body.refund_id, paymentId };
  }
  const repair = (id: string, action: string) =>
    call('POST', `/admin/refunds/${id}/repair`, { action, reason: 'seen' });

  it('is asked for again by a repair', async () => {
    const { refundId } = await parked();
    expect((await repair(refundId, 'retry')).status).toBe(200);
    await expect.poll(async () => (await call('GET', `/refunds/${refundId}`)).body.status).toBe('succeeded');
    const again = await repair(refundId, 'retry');
    expect([again.status, again.body.code]).toEqual([409, 'invalid_state']);
  });

  it('is given up by a repair: its amount is free again', async () => {
    const { refundId, paymentId } = await parked();
    expect((await repair(refundId, 'reject')).body).toMatchObject({ status: 'rejected' });
    expect((await call('GET', `/payments/${paymentId}`)).body.amount_refunded).toBe(0);
    await expectSound();
  });
});

describe('a customer’s refund request', () => {
  const ask = (paymentId: string, body: object = { reason: 'broken' }, headers: Record<string, string> = {}) =>
    call('POST', `/payments/${paymentId}/refund-requests`, body, headers);

  it('is refunded when approved, once, audited and notified', async () => {
    const { paymentId } = await subscribe(api, tenant);
    const asked = await ask(paymentId, { reason: 'broken', amount: 700 });
    expect([asked.status, asked.body]).toMatchObject([201, { status: 'open', amount: 700, refund_id: null }]);
    const open = (await call('GET', '/admin/refund-requests?status=open')).body.data;
    expect(open).toContainEqual(asked.body);
    const path = `/admin/refund-requests/${asked.body.refund_request_id}`;
    const approved = await call('POST', `${path}/approve`, { note: 'fair' });
    expect([approved.status, approved.body]).toMatchObject([200, { status: 'approved', decision_note: 'fair' }]);
    await expect
      .poll(async () => (await call('GET', `/refunds/${approved.body.refund_id}`)).body)
      .toMatchObject({ status: 'succeeded', amount: 700, reason: 'broken' });
    for (const decision of ['approve', 'decline']) {
      const again = await call('POST', `${path}/${decision}`, { note: 'again' });
      expect([again.status, again.body.code]).toEqual([409, 'invalid_state']);
    }
    const notices = await api.owner`select envelope #>> '{data,kind}' as kind from outbox
      where tenant_id = ${tenant.tenantId} and topic = 'notifications.requested' order by created_at, id`;
    expect(notices.map(({ kind }) => kind)).toEqual(['refund_request_opened', 'refund_request_approved']);
    const audits = await api.owner`select action from audit_log where tenant_id = ${tenant.tenantId}
      and resource_id = ${asked.body.refund_request_id} order by at, id`;
    expect(audits.map(({ action }) => action)).toEqual(['refund_request.opened', 'refund_request.approved']);
    await expectSound();
  });

  it('is open once per payment, and can be made again when declined', async () => {
    const { paymentId } = await subscribe(api, tenant);
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const [asked, replayed] = [await ask(paymentId, undefined, headers), await ask(paymentId, undefined, headers)];
    expect(replayed.body).toEqual(asked.body);
    const second = await ask(paymentId);
    expect([second.status, second.body.code]).toEqual([409, 'refund_request_open']);
    const path = `/admin/refund-requests/${asked.body.refund_request_id}/decline`;
    expect((await call('POST', path, { note: 'used up' })).body).toMatchObject({ status: 'declined', refund_id: null });
    expect((await call('GET', `/payments/${paymentId}`)).body.amount_refunded).toBe(0);
    expect((await ask(paymentId)).status).toBe(201);
  });

  it.each([
    ['more than was captured', { reason: 'broken', amount: 2_000 }, 422, 'refund_exceeds_captured'],
    ['less than one', { reason: 'broken', amount: 0 }, 422, 'refund_exceeds_captured'],
    ['no reason', { amount: 1 }, 400, 'invalid_request'],
  ])('for %s is refused', async (_name, body, status, code) => {
    const { paymentId } = await subscribe(api, tenant);
    const answer = await ask(paymentId, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('is listed by its customer with what became of its refund, in this business alone', async () => {
    const [made, other] = [await subscribe(api, tenant), await subscribe(api, tenant)];
    await ask(other.paymentId);
    const listed = async (query: string, key = tenant.apiKey) =>
      (await api.call('GET', `/v1/refund-requests${query}`, { key })).body;
    const decide = (verdict: string, id: string, body: object) =>
      call('POST', `/admin/refund-requests/${id}/${verdict}`, body);
    const first = (await ask(made.paymentId, { reason: 'broken', amount: 300 })).body.refund_request_id;
    await decide('decline', first, { note: 'used up', customer_message: 'It was used.' });
    const second = (await ask(made.paymentId, { reason: 'broken', amount: 200 })).body.refund_request_id;
    await decide('approve', second, {});
    const mine = `?customer_id=${made.customerId}`;
    const states = async () => (await listed(mine)).data.map(({ refund }: { refund: object }) => refund);
    const done = { status: 'succeeded', settled_at: expect.any(String) };
    await expect.poll(states).toEqual([done, null]);
    const [last, before] = (await listed(mine)).data;
    expect(last).toMatchObject({ refund_request_id: second, status: 'approved', amount: 200, customer_message: null });
    expect(before).toMatchObject({ decision_note: 'used up', customer_message: 'It was used.' });
    const page = await listed(`${mine}&limit=1`);
    expect(page.has_more).toBe(true);
    const rest = await listed(`${mine}&limit=1&cursor=${page.next_cursor}`);
    expect(rest.data.map(({ refund_request_id }: { refund_request_id: string }) => refund_request_id)).toEqual([first]);
    const elsewhere = await api.makeTenant();
    expect((await listed(mine, elsewhere.apiKey)).data).toEqual([]);
    const viewer = await api.makeKey(tenant.tenantId, 'viewer');
    expect((await listed(mine, viewer)).code).toBe('forbidden');
  });

  it('approved when less is left by then is refused, and stays open', async () => {
    const { paymentId } = await subscribe(api, tenant);
    const asked = await ask(paymentId);
    await refund(paymentId, { amount: 1 });
    const path = `/admin/refund-requests/${asked.body.refund_request_id}`;
    const answer = await call('POST', `${path}/approve`, {});
    expect([answer.status, answer.body.code]).toEqual([422, 'refund_exceeds_captured']);
    expect((await call('GET', '/admin/refund-requests?status=open')).body.data).toContainEqual(asked.body);
  });
});
