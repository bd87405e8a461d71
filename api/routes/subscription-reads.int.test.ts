import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventRegistry } from '../../contracts/events/index.ts';
import { signUp, subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  api.call(method, `/v1/subscriptions/${path}`, { key: tenant.apiKey, body, headers });

describe('preview and forecast', () => {
  it('shows what a change would bill and changes nothing', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const before = await send('GET', subscriptionId);
    const preview = await send('POST', `${subscriptionId}/preview`, { quantity: 2, proration: 'invoice_now' });
    expect(preview.status).toBe(200);
    expect(preview.body.lines.length).toBeGreaterThan(0);
    const sum = preview.body.lines.reduce((total: number, line: { amount: number }) => total + line.amount, 0);
    expect([preview.body.total, preview.body.currency]).toEqual([sum, 'USD']);
    const { updated_at: _at, ...unchanged } = before.body;
    expect((await send('GET', subscriptionId)).body).toMatchObject(unchanged);
  });

  it('forecasts the given number of periods, end to end, beginning with the next charge', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const read = await send('GET', subscriptionId);
    const { data } = (await send('GET', `${subscriptionId}/forecast?periods=3`)).body;
    expect(data).toHaveLength(3);
    expect([data[0].due_at, data[0].total]).toEqual([read.body.next_charge.at, read.body.next_charge.amount]);
    expect([data[1].period_start, data[2].period_start]).toEqual([data[0].period_end, data[1].period_end]);
    expect((await send('GET', `${subscriptionId}/forecast`)).body.data).toHaveLength(12);
  });

  it.each(['0', '25', '-1', '1.5', 'all'])('refuses a forecast of %s periods', async (periods) => {
    const { subscriptionId } = await subscribe(api, tenant);
    const answer = await send('GET', `${subscriptionId}/forecast?periods=${periods}`);
    expect([answer.status, answer.body.field]).toEqual([400, 'periods']);
  });
});

describe('a command that is supposed', () => {
  it('is answered with both outlooks and changes nothing, once under one key', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const before = await send('GET', subscriptionId);
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const supposed = await send('POST', `${subscriptionId}/forecast`, { periods: 3, change: { quantity: 2 } }, headers);
    expect(supposed).toMatchObject({
      status: 200,
      body: { currency: 'USD', present: { due_now: 0, total: 3 * 1999 } },
    });
    expect(supposed.body.present.data).toEqual((await send('GET', `${subscriptionId}/forecast?periods=3`)).body.data);
    expect(supposed.body.difference).toBe(supposed.body.supposed.total - supposed.body.present.total);
    const { updated_at: _at, ...unchanged } = before.body;
    expect((await send('GET', subscriptionId)).body).toMatchObject(unchanged);
    const again = await send('POST', `${subscriptionId}/forecast`, { periods: 3, change: { quantity: 2 } }, headers);
    expect(again.body).toEqual(supposed.body);
  });

  it.each([
    ['no command', {}, 'change'],
    ['two commands', { pause: {}, cancel: {} }, 'change'],
    ['a change of more than terms', { change: { metadata: {} } }, 'change.metadata'],
    ['a pause into the past', { pause: { resumes_at: '2020-01-01T00:00:00Z' } }, 'resumes_at'],
  ])('is refused of %s', async (_name, body, field) => {
    const { subscriptionId } = await subscribe(api, tenant);
    const answer = await send('POST', `${subscriptionId}/forecast`, body);
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', field]);
  });

  it('is refused as the command would be', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const answer = await send('POST', `${subscriptionId}/forecast`, { resume: {} });
    expect([answer.status, answer.body.code]).toEqual([409, 'invalid_state']);
  });
});

describe('history', () => {
  it('tells what happened, under which plan, and by whom', async () => {
    const { subscriptionId, planId } = await subscribe(api, tenant);
    await send('DELETE', subscriptionId, { reason: 'moving' });
    const { data } = (await send('GET', `${subscriptionId}/timeline`)).body;
    const actions = data.map(({ action }: { action: string }) => action);
    expect([actions[0], actions.at(-1)]).toEqual(['created', 'canceled']);
    expect(data[0]).toMatchObject({ plan_id: planId, plan_name: 'Basic' });
  });

  it('hands out the events in order, after any of them, each as its schema says', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    await send('POST', `${subscriptionId}/pause`);
    const all = await send('GET', `${subscriptionId}/events`);
    const { data } = all.body;
    expect(all.body.has_more).toBe(false);
    expect(data.map(({ sequence }: { sequence: number }) => sequence)).toEqual(
      data.map((_event: object, index: number) => index + 1),
    );
    for (const event of data) eventRegistry[event.type as keyof typeof eventRegistry].parse(event.data);
    expect(data.at(-1)).toMatchObject({ type: 'subscriptions.paused', tenant_id: tenant.tenantId });
    const rest = await send('GET', `${subscriptionId}/events?after=1&limit=1`);
    expect(rest.body).toEqual({ data: data.slice(1, 2), has_more: data.length > 2 });
    expect((await send('GET', `${subscriptionId}/events?after=9999`)).body.data).toEqual([]);
  });
});

describe('test clocks', () => {
  it('carry a subscription over its boundary, and once only under one key', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await send('POST', `${subscriptionId}/test-clock/advance`, { by: 'P1M1D' }, headers);
    expect([first.status, first.body.advancing]).toEqual([200, false]);
    const again = await send('POST', `${subscriptionId}/test-clock/advance`, { by: 'P1M1D' }, headers);
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([first.body, 'true']);
    expect((await send('GET', `${subscriptionId}/test-clock`)).body).toEqual(first.body);
    const query = `/v1/invoices?subscription_id=${subscriptionId}&status=paid`;
    const invoices = await api.call('GET', query, { key: tenant.apiKey });
    expect(invoices.body.data.map(({ total }: { total: number }) => total)).toEqual([1_999, 1_999]);
  });

  it('of a tenant carry what is behind, and new subscriptions start there', async () => {
    const own = await api.makeTenant();
    const key = own.apiKey;
    const { subscriptionId, customerId, planId } = await subscribe(api, own);
    const to = new Date(Date.now() + 40 * 86_400_000).toISOString();
    const advanced = await api.call('POST', '/v1/test-clock/advance', { key, body: { to } });
    expect(advanced).toMatchObject({ status: 200, body: { now: to, advancing: false, target: null } });
    expect((await api.call('GET', '/v1/test-clock', { key })).body).toEqual(advanced.body);
    const clock = await api.call('GET', `/v1/subscriptions/${subscriptionId}/test-clock`, { key });
    expect(clock.body.now).toBe(to);
    const body = { customer_id: customerId, plan_id: planId };
    const created = await api.call('POST', '/v1/subscriptions', { key, body });
    expect(created.body.start_date).toBe(to.slice(0, 10));
  });

  it.each([
    ['backwards', { to: '2020-01-01T00:00:00Z' }, 'to'],
    ['to no instant', { to: '2030-01-01' }, 'to'],
    ['by no duration', { by: '1 month' }, 'by'],
    ['by nothing', { by: 'P0D' }, 'by'],
    ['nowhere', {}, 'to'],
    ['to and by', { to: '2040-01-01T00:00:00Z', by: 'P1D' }, 'to'],
  ])('do not go %s', async (_name, body, field) => {
    const { subscriptionId } = await subscribe(api, tenant);
    const answer = await send('POST', `${subscriptionId}/test-clock/advance`, body);
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', field]);
  });

  it('stand still for a live tenant', async () => {
    const live = await api.makeTenant();
    const { subscriptionId } = await subscribe(api, live);
    await api.owner`update tenants set mode = 'live' where tenant_id = ${live.tenantId}`;
    const key = await api.makeKey(live.tenantId, 'admin');
    for (const path of [`/v1/subscriptions/${subscriptionId}/test-clock/advance`, '/v1/test-clock/advance']) {
      const answer = await api.call('POST', path, { key, body: { by: 'P1D' } });
      expect([answer.status, answer.body.code]).toEqual([409, 'live_tenant']);
    }
  });
});

describe('repair', () => {
  it('refuses a subscription that needs none, and a body without a reason', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const path = `/v1/admin/subscriptions/${subscriptionId}/repair`;
    const key = tenant.apiKey;
    const healthy = await api.call('POST', path, { key, body: { action: 'retry', reason: 'looks odd' } });
    expect([healthy.status, healthy.body.code]).toEqual([409, 'invalid_state']);
    const mute = await api.call('POST', path, { key, body: { action: 'retry' } });
    expect([mute.status, mute.body.field]).toEqual([400, 'reason']);
  });

  it('frees one that is parked', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const parked = { step: 'takeStep', input: {}, error: 'broken' };
    await api.owner`update subscriptions set parked_at = now(), parked = ${api.owner.json(parked)}
      where tenant_id = ${tenant.tenantId} and id = ${subscriptionId}`;
    const read = await send('GET', subscriptionId);
    expect(read.body.needs_attention).toEqual({ step: 'takeStep', error: 'broken' });
    const body = { action: 'retry', reason: 'fixed by hand' };
    const path = `/v1/admin/subscriptions/${subscriptionId}/repair`;
    const repaired = await api.call('POST', path, { key: tenant.apiKey, body });
    expect(repaired).toMatchObject({ status: 200, body: { needs_attention: null, status: 'active' } });
  });
});

describe('invoices and payments', () => {
  it('show what was billed and every try to collect it', async () => {
    const { invoiceId, paymentId, subscriptionId, customerId, paymentMethodId } = await subscribe(api, tenant);
    const invoice = await api.call('GET', `/v1/invoices/${invoiceId}`, { key: tenant.apiKey });
    expect(invoice.body).toMatchObject({
      status: 'paid',
      total: 1_999,
      amount_paid: 1_999,
      subscription_id: subscriptionId,
      lines: [{ description: expect.stringContaining('Basic'), quantity: 1, amount: 1_999 }],
    });
    const [line] = invoice.body.lines;
    expect([line.period_start, line.period_end]).toEqual([invoice.body.period_start, invoice.body.period_end]);
    const payment = await api.call('GET', `/payments/${paymentId}`, { key: tenant.apiKey });
    expect(payment.body).toMatchObject({
      status: 'completed',
      amount: 1_999,
      customer_id: customerId,
      invoice_id: invoiceId,
      attempts_count: 1,
      next_action: null,
      attempts: [{ number: 1, status: 'succeeded', trigger: 'create', payment_method_id: paymentMethodId }],
    });
  });

  it('are listed by customer, subscription, status and time', async () => {
    const own = await api.makeTenant();
    const key = own.apiKey;
    const paid = await subscribe(api, own);
    const declined = await signUp(api, own, { token: 'tok_stolen_card' });
    const body = { customer_id: declined.customerId, plan_id: declined.planId };
    const failed = await api.call('POST', '/v1/subscriptions', { key, body });
    const list = async (path: string) => {
      const answer = await api.call('GET', path, { key });
      return answer.body.data.map(
        (item: { payment_id?: string; invoice_id: string }) => item.payment_id ?? item.invoice_id,
      );
    };
    const failedPayment = failed.body.payment.payment_id;
    expect(await list('/payments')).toEqual([failedPayment, paid.paymentId]);
    expect(await list(`/payments?customer_id=${paid.customerId}`)).toEqual([paid.paymentId]);
    expect(await list('/payments?status=failed_permanent')).toEqual([failedPayment]);
    expect(await list(`/payments?subscription_id=${paid.subscriptionId}&status=failed`)).toEqual([]);
    const { created_at: createdAt } = (await api.call('GET', `/payments/${paid.paymentId}`, { key })).body;
    expect(await list(`/payments?created_to=${createdAt}`)).toEqual([]);
    expect(await list(`/payments?created_from=${createdAt}&limit=1`)).toEqual([failedPayment]);
    const berlin = encodeURIComponent('2020-01-01T00:00:00+01:00');
    expect(await list(`/payments?created_to=${berlin}`)).toEqual([]);
    expect(await list(`/v1/invoices?subscription_id=${paid.subscriptionId}&status=paid`)).toEqual([paid.invoiceId]);
    expect(await list('/v1/invoices?status=open')).toEqual([]);
    for (const query of ['status=nope', 'created_from=yesterday']) {
      expect((await api.call('GET', `/payments?${query}`, { key })).status).toBe(400);
    }
  });
});
