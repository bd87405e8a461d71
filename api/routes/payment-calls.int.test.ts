import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { failRenewal, openTenantWithRelay, payNext } from '../../tests/support/failed-payment.ts';
import type { StandInRelay } from '../../tests/support/stand-in-relay.ts';

let api: ApiHarness;
let tenant: TestTenant & { relay: StandInRelay };
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());
beforeEach(async () => {
  tenant = await openTenantWithRelay(api);
});
afterEach(() => tenant.relay.stop());

const charge = (body: object, request: object = {}, prefix = '/v1') =>
  api.call('POST', `${prefix}/payments`, { key: tenant.apiKey, body, ...request });
const retry = (paymentId: string, request: object = {}, prefix = '/v1') =>
  api.call('POST', `${prefix}/payments/${paymentId}/retry`, { key: tenant.apiKey, ...request });
const read = async (path: string) => (await api.call('GET', `/v1/${path}`, { key: tenant.apiKey })).body;
const becomes = (paymentId: string, status: string) =>
  expect.poll(async () => (await read(`payments/${paymentId}`)).status, { timeout: 10_000 }).toBe(status);
const topics = async (topic: string) =>
  (await api.owner`select 1 from outbox where tenant_id = ${tenant.tenantId} and topic = ${topic}`).length;
const calls = async () => (await api.provider.listCharges({ tenantId: tenant.tenantId, limit: 100 })).charges.length;

describe('an additional charge', () => {
  it('has an invoice and a payment of its own, made by the workflow and never by the call', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    tenant.relay.isAway = true;
    const body = { subscription_id: subscriptionId, amount: 500, reason: 'additional_charge' };
    const answer = await charge(body, {}, '');
    expect(answer).toMatchObject({ status: 202, body: { status: 'pending' } });
    const { payment_id: paymentId } = answer.body;
    expect(await calls()).toBe(1);
    tenant.relay.isAway = false;
    await becomes(paymentId, 'completed');
    expect(await calls()).toBe(2);
    const payment = await read(`payments/${paymentId}`);
    expect(payment).toMatchObject({ amount: 500, attempts: [{ trigger: 'additional', status: 'succeeded' }] });
    expect(await read(`invoices/${payment.invoice_id}`)).toMatchObject({
      ...{ kind: 'additional', status: 'paid', total: 500, amount_paid: 500, number: expect.any(Number) },
      lines: [{ kind: 'manual', description: 'Additional charge', amount: 500 }],
    });
    expect(await topics('payments.requested')).toBe(1);
    expect((await read(`subscriptions/${subscriptionId}`)).status).toBe('active');
  });

  it('takes the method asked for, and refuses one that is not the customer’s', async () => {
    const { subscriptionId, customerId } = await subscribe(api, tenant);
    const other = await subscribe(api, tenant);
    const method = await api.call('POST', `/v1/customers/${customerId}/payment-methods`, {
      key: tenant.apiKey,
      body: { provider: 'sandbox', token: 'tok_ok' },
    });
    const body = { subscription_id: subscriptionId, amount: 700, reason: 'additional_charge' };
    const foreign = await charge({ ...body, payment_method_id: other.paymentMethodId });
    expect([foreign.status, foreign.body.field]).toEqual([404, 'payment_method_id']);
    const { body: made } = await charge({ ...body, payment_method_id: method.body.payment_method_id });
    await becomes(made.payment_id, 'completed');
    expect(await read(`payments/${made.payment_id}`)).toMatchObject({
      attempts: [{ payment_method_id: method.body.payment_method_id }],
    });
  });

  it('declined is retried by the ladder and by hand, and leaves the subscription as it is', async () => {
    const { subscriptionId } = await subscribe(api, tenant, { token: 'tok_decline_after_1' });
    const { body } = await charge({ subscription_id: subscriptionId, amount: 500, reason: 'additional_charge' });
    await becomes(body.payment_id, 'failed');
    expect((await read(`subscriptions/${subscriptionId}`)).status).toBe('active');
    payNext(api, tenant.tenantId);
    expect((await retry(body.payment_id)).status).toBe(202);
    await becomes(body.payment_id, 'completed');
  });

  it('above the tenant’s limit is refused', async () => {
    await api.owner`update tenants set settings = '{"amountMaxMinor": 1000}' where tenant_id = ${tenant.tenantId}`;
    const { subscriptionId } = await subscribe(api, tenant);
    const body = { subscription_id: subscriptionId, reason: 'additional_charge' };
    const over = await charge({ ...body, amount: 1_001 });
    expect([over.status, over.body.code, over.body.limit]).toEqual([422, 'amount_over_limit', 1_000]);
    expect((await charge({ ...body, amount: 1_000 })).status).toBe(202);
  });

  it('is refused where nothing is charged, and taken back where that has come to be so meanwhile', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const body = { subscription_id: subscriptionId, amount: 500, reason: 'additional_charge' };
    tenant.relay.isAway = true;
    const { body: made } = await charge(body);
    await api.call('POST', `/v1/subscriptions/${subscriptionId}/pause`, { key: tenant.apiKey });
    const paused = await charge(body);
    expect([paused.status, paused.body.code]).toEqual([409, 'invalid_state']);
    tenant.relay.isAway = false;
    await becomes(made.payment_id, 'failed_permanent');
    const payment = await read(`payments/${made.payment_id}`);
    expect((await read(`invoices/${payment.invoice_id}`)).status).toBe('void');
    expect(await calls()).toBe(1);
  });

  it('without any payment method is refused', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    await api.owner`update payment_methods set status = 'detached' where tenant_id = ${tenant.tenantId}`;
    const answer = await charge({ subscription_id: subscriptionId, amount: 500, reason: 'additional_charge' });
    expect([answer.status, answer.body.code]).toEqual([409, 'payment_method_required']);
  });

  it('replays under its key: one invoice, one charge', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const body = { subscription_id: subscriptionId, amount: 500, reason: 'additional_charge' };
    const headers = { 'idempotency-key': 'extra' };
    const answers = await Promise.all([
      charge(body, { headers }),
      charge(body, { headers }),
      charge(body, { headers }),
    ]);
    expect(new Set(answers.map(({ body: { payment_id: id } }) => id)).size).toBe(1);
    await becomes(answers[0].body.payment_id, 'completed');
    expect(await calls()).toBe(2);
  });

  it.each([
    ['no amount', { amount: undefined }],
    ['an amount of nothing', { amount: 0 }],
    ['an amount that is not whole', { amount: 1.5 }],
    ['no such reason', { reason: 'because' }],
  ])('refuses %s', async (_, wrong) => {
    const answer = await charge({ subscription_id: 'sub_1', amount: 500, reason: 'additional_charge', ...wrong });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });

  it('of another tenant’s subscription is unknown', async () => {
    const { subscriptionId } = await subscribe(api, await api.makeTenant());
    const answer = await charge({ subscription_id: subscriptionId, amount: 500, reason: 'additional_charge' });
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  });
});

describe('a manual retry of what is due', () => {
  it('charges the open invoice, and nothing but its amount', async () => {
    const failed = await failRenewal(api, tenant);
    const body = { subscription_id: failed.subscriptionId, reason: 'manual_retry' };
    const wrong = await charge({ ...body, amount: 1_998 });
    expect([wrong.status, wrong.body.code, wrong.body.amount_due]).toEqual([422, 'amount_mismatch', 1_999]);
    payNext(api, tenant.tenantId);
    const answer = await charge({ ...body, amount: 1_999 });
    expect(answer).toMatchObject({ status: 202, body: { payment_id: failed.paymentId, status: 'pending' } });
    await becomes(failed.paymentId, 'completed');
    expect((await read(`subscriptions/${failed.subscriptionId}`)).status).toBe('active');
  });

  it('of a payment that failed for good opens another one on its invoice', async () => {
    const failed = await failRenewal(api, tenant);
    payNext(api, tenant.tenantId, 'decline:stolen_card');
    await retry(failed.paymentId);
    await becomes(failed.paymentId, 'failed_permanent');
    payNext(api, tenant.tenantId);
    const body = { subscription_id: failed.subscriptionId, reason: 'manual_retry', amount: 1_999 };
    const { body: made } = await charge(body);
    expect(made.payment_id).not.toBe(failed.paymentId);
    await becomes(made.payment_id, 'completed');
    expect((await read(`payments/${made.payment_id}`)).invoice_id).toBe(failed.invoiceId);
    expect((await read(`subscriptions/${failed.subscriptionId}`)).status).toBe('active');
  });

  it('is refused where nothing is due, and while a charge is under way', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const nothing = await charge({ subscription_id: subscriptionId, reason: 'manual_retry', amount: 1_999 });
    expect([nothing.status, nothing.body.code]).toEqual([409, 'invalid_state']);
    const failed = await failRenewal(api, tenant);
    tenant.relay.isAway = true;
    const body = { subscription_id: failed.subscriptionId, reason: 'manual_retry', amount: 1_999 };
    expect((await charge(body)).status).toBe(202);
    const second = await charge(body);
    expect([second.status, second.body.code]).toEqual([409, 'payment_in_flight']);
    expect(second.headers.get('retry-after')).toBe('1');
  });
});

describe('a retry', () => {
  it('is scheduled, and made by the workflow', async () => {
    const failed = await failRenewal(api, tenant);
    payNext(api, tenant.tenantId);
    const answer = await retry(failed.paymentId, {}, '');
    expect(answer).toMatchObject({ status: 202, body: { payment_id: failed.paymentId, retry: 'scheduled' } });
    await becomes(failed.paymentId, 'completed');
    expect((await read(`payments/${failed.paymentId}`)).attempts).toMatchObject([
      { trigger: 'renewal', status: 'declined' },
      { trigger: 'retry', status: 'succeeded' },
    ]);
  });

  it('asked for ten times at once is one attempt', async () => {
    const failed = await failRenewal(api, tenant);
    payNext(api, tenant.tenantId, 'slow:200');
    const answers = await Promise.all(Array.from({ length: 10 }, () => retry(failed.paymentId)));
    expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
    await becomes(failed.paymentId, 'completed');
    expect((await read(`payments/${failed.paymentId}`)).attempts).toHaveLength(2);
  });

  it('asked for often before the first was made is one attempt, also where that is declined', async () => {
    const failed = await failRenewal(api, tenant);
    payNext(api, tenant.tenantId, ...Array<string>(5).fill('decline:insufficient_funds'));
    tenant.relay.isAway = true;
    const answers = await Promise.all(Array.from({ length: 5 }, () => retry(failed.paymentId)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    tenant.relay.isAway = false;
    const isHandled = async () => {
      const rows = await api.owner`select 1 from processed_events
        where tenant_id = ${tenant.tenantId} and consumer = 'payments.retry.requested'`;
      const { attempts, status } = await read(`payments/${failed.paymentId}`);
      return [rows.length, attempts.length, status];
    };
    await expect.poll(isHandled, { timeout: 10_000 }).toEqual([5, 2, 'failed']);
  });

  it('is refused once the payment is completed, and of what nobody knows', async () => {
    const { paymentId } = await subscribe(api, tenant);
    const completed = await retry(paymentId);
    expect([completed.status, completed.body.code]).toEqual([409, 'payment_completed']);
    const foreign = await subscribe(api, await api.makeTenant());
    expect((await retry(foreign.paymentId)).status).toBe(404);
  });

  it('planned by the ladder is not made sooner because its event comes round', async () => {
    const failed = await failRenewal(api, tenant);
    await expect
      .poll(() => api.owner`select 1 from outbox where tenant_id = ${tenant.tenantId} and published_at is null`)
      .toHaveLength(0);
    expect((await read(`payments/${failed.paymentId}`)).attempts).toHaveLength(1);
  });
});
