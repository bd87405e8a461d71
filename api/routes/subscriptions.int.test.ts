import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
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
  api.call(method, `/subscriptions${path}`, { key: tenant.apiKey, body, headers });
const create = (body: object, headers: Record<string, string> = {}) => send('POST', '', body, headers);

async function ready(options: Parameters<typeof signUp>[2] = {}) {
  const { customerId, planId, paymentMethodId } = await signUp(api, tenant, options);
  return { paymentMethodId, body: { customer_id: customerId, plan_id: planId } };
}

describe('creating', () => {
  it('answers alike at the root and under /v1, which share their keys', async () => {
    const { body } = await ready();
    const request = { key: tenant.apiKey, body, headers: { 'idempotency-key': crypto.randomUUID() } };
    const [root, versioned] = [
      await api.call('POST', '/subscriptions', request),
      await api.call('POST', '/v1/subscriptions', request),
    ];
    expect(root.status).toBe(201);
    expect(root.body).toMatchObject({ ...body, status: 'active', payment: { status: 'completed', amount: 1_999 } });
    expect([versioned.body, versioned.headers.get('idempotency-replayed')]).toEqual([root.body, 'true']);
  });

  it('charges nothing in a trial', async () => {
    const { body } = await ready();
    const created = await create({ ...body, trial_period_days: 14, quantity: 3, metadata: { a: 'b' } });
    expect(created).toMatchObject({ status: 201, body: { status: 'trialing', payment: null } });
    const read = await send('GET', `/${created.body.subscription_id}`);
    expect(read.body).toMatchObject({
      quantity: 3,
      metadata: { a: 'b' },
      next_charge: { amount: 5_997, currency: 'USD' },
    });
  });

  it('answers 402 for a decline with what was declined, and replays it', async () => {
    const { body } = await ready({ token: 'tok_insufficient_funds' });
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const [first, second] = [await create(body, headers), await create(body, headers)];
    expect(first.status).toBe(402);
    expect(first.headers.get('content-type')).toBe('application/problem+json');
    expect(first.body).toMatchObject({
      code: 'payment_declined',
      status: 'payment_failed',
      payment: { amount: 1_999, decline_kind: 'insufficient_funds' },
    });
    expect([second.body, second.headers.get('idempotency-replayed')]).toEqual([first.body, 'true']);
  });

  it('is allowed to stay incomplete after a decline, in dunning', async () => {
    const { body } = await ready({ token: 'tok_generic_decline' });
    const created = await create({ ...body, payment_behavior: 'allow_incomplete' });
    expect(created).toMatchObject({ status: 201, body: { status: 'payment_failed', collection: 'dunning' } });
  });

  it('names where the customer goes to authenticate', async () => {
    const { body } = await ready({ token: 'tok_requires_action' });
    const created = await create(body);
    expect(created).toMatchObject({ status: 201, body: { status: 'incomplete' } });
    expect(created.body.payment.next_action.url).toMatch(/^https?:/);
    const payment = await api.call('GET', `/payments/${created.body.payment.payment_id}`, { key: tenant.apiKey });
    expect(payment.body).toMatchObject({ status: 'requires_action', next_action: created.body.payment.next_action });
  });

  it.each([
    ['customer_id', () => ({ customer_id: newId('customer') })],
    ['plan_id', () => ({ plan_id: newId('plan') })],
    ['payment_method_id', () => ({ payment_method_id: newId('paymentMethod') })],
  ])('answers an unknown, malformed and foreign %s with the same 404', async (field, unknown) => {
    const { body } = await ready();
    const other = await signUp(api, await api.makeTenant());
    const foreign = { customer_id: other.customerId, plan_id: other.planId, payment_method_id: other.paymentMethodId };
    const answers = await Promise.all([
      create({ ...body, ...unknown() }),
      create({ ...body, [field]: 'nonsense' }),
      create({ ...body, [field]: foreign[field as keyof typeof foreign] }),
    ]);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [404, 'not_found']));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('is refused for what the plan and the customer do not allow', async () => {
    const key = tenant.apiKey;
    const grouped = await ready({ plan: { group: 'main', max_per_customer: 5 } });
    const limited = await ready({ plan: { max_per_customer: 1 } });
    const archived = await ready();
    const inactive = await ready();
    const { body: bare } = await api.call('POST', '/v1/customers', { key, body: { email: 'no@card.io' } });
    await Promise.all([create(grouped.body), create(limited.body)]);
    await api.call('POST', `/v1/plans/${archived.body.plan_id}/archive`, { key });
    await api.call('PUT', `/v1/customers/${inactive.body.customer_id}`, { key, body: { status: 'inactive' } });
    const answers = await Promise.all([
      create(grouped.body),
      create(limited.body),
      create(archived.body),
      create(inactive.body),
      create({ ...grouped.body, customer_id: bare.customer_id }),
    ]);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'subscription_conflict'],
      [409, 'plan_limit_reached'],
      [409, 'plan_archived'],
      [409, 'customer_inactive'],
      [409, 'payment_method_required'],
    ]);
  });

  it.each([
    ['no plan', { plan_id: undefined }, 'plan_id'],
    ['no customer', { customer_id: undefined }, 'customer_id'],
    ['a plan that is no text', { plan_id: 7 }, 'plan_id'],
    ['quantity 0', { quantity: 0 }, 'quantity'],
    ['a quantity beyond the limit', { quantity: 100_001 }, 'quantity'],
    ['half a seat', { quantity: 1.5 }, 'quantity'],
    ['a negative trial', { trial_period_days: -1 }, 'trial_period_days'],
    ['a trial of 731 days', { trial_period_days: 731 }, 'trial_period_days'],
    ['a start that is no date', { start_date: '2027-02-30' }, 'start_date'],
    ['a start in another format', { start_date: '01.02.2027' }, 'start_date'],
    ['a start that has passed', { start_date: '2020-01-01' }, 'start_date'],
    ['an unknown payment behavior', { payment_behavior: 'maybe' }, 'payment_behavior'],
    ['an unknown field', { coupon: 'FREE' }, 'coupon'],
  ])('is refused for %s', async (_name, wrong, field) => {
    const { body } = await ready();
    const answer = await create({ ...body, ...wrong });
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', field]);
  });
});

describe('reading', () => {
  it('shows what is charged next and what may be done, and nothing of it is cached', async () => {
    const { subscriptionId, customerId, planId } = await subscribe(api, tenant);
    const read = await send('GET', `/${subscriptionId}`);
    expect(read.headers.get('cache-control')).toBe('no-store');
    expect(read.body).toMatchObject({
      customer_id: customerId,
      plan_id: planId,
      status: 'active',
      quantity: 1,
      next_charge: { amount: 1_999, currency: 'USD' },
      cancel_at: null,
      metadata: {},
    });
    expect(read.body.allowed_commands).toContain('pause');
    const head = await send('HEAD', `/${subscriptionId}`);
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it('lists by customer, plan, group and status, newest first', async () => {
    const { body } = await ready();
    const ids: string[] = [];
    for (const group of ['g1', 'g1', 'g2']) {
      const created = await create({ ...body, group_id: group });
      ids.unshift(created.body.subscription_id);
    }
    await send('DELETE', `/${ids[0]}`);
    const list = async (query: string) => {
      const answer = await send('GET', `?${query}`);
      return answer.body.data.map((sub: { subscription_id: string }) => sub.subscription_id);
    };
    const of = `customer_id=${body.customer_id}`;
    expect(await list(of)).toEqual(ids);
    expect(await list(`${of}&status=active`)).toEqual(ids.slice(1));
    expect(await list(`${of}&group_id=g1`)).toEqual(ids.slice(1));
    expect(await list(`plan_id=${body.plan_id}&status=canceled`)).toEqual(ids.slice(0, 1));
    expect(await list(`customer_id=${newId('customer')}`)).toEqual([]);
    expect(await list('customer_id=nonsense')).toEqual([]);
    const page = await send('GET', `?${of}&limit=2`);
    expect(page.body.has_more).toBe(true);
    expect(await list(`${of}&limit=2&cursor=${page.body.next_cursor}`)).toEqual(ids.slice(2));
  });
});

describe('changing', () => {
  it('takes what is sent and answers when', async () => {
    const { subscriptionId, paymentMethodId } = await subscribe(api, tenant);
    const body = { metadata: { a: '1' }, payment_method_id: paymentMethodId, quantity: 2 };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const changed = await send('PUT', `/${subscriptionId}`, body, headers);
    expect([changed.status, Object.keys(changed.body).toSorted()]).toEqual([200, ['subscription_id', 'updated_at']]);
    const read = await send('GET', `/${subscriptionId}`);
    expect(read.body).toMatchObject(body);
    const again = await send('PUT', `/${subscriptionId}`, body, headers);
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([changed.body, 'true']);
  });

  it('at the period’s end waits, and says for what', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const changed = await send('PUT', `/${subscriptionId}`, { quantity: 5, effective: 'period_end' });
    expect(changed).toMatchObject({ status: 200, body: { pending_change: { waits_for: 'period_end', quantity: 5 } } });
    expect((await send('GET', `/${subscriptionId}`)).body).toMatchObject({
      quantity: 1,
      next_charge: { amount: 9_995 },
    });
  });

  it('into another currency, an archived or unknown plan, or the past is refused', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const euro = await signUp(api, tenant, { plan: { currency: 'EUR' } });
    const archived = await signUp(api, tenant);
    await api.call('POST', `/v1/plans/${archived.planId}/archive`, { key: tenant.apiKey });
    const bodies = [
      { plan_id: euro.planId },
      { plan_id: archived.planId },
      { plan_id: newId('plan') },
      { plan_id: 'nonsense' },
      { next_billing_date: '2020-01-01' },
      { quantity: 0 },
      { proration: 'later' },
    ];
    const answers = await Promise.all(bodies.map((body) => send('PUT', `/${subscriptionId}`, body)));
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [409, 'currency_mismatch'],
      [409, 'plan_archived'],
      [404, 'not_found'],
      [404, 'not_found'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
      [400, 'invalid_request'],
    ]);
  });

  it('an upgrade charged now and declined answers 402 and changes nothing', async () => {
    const { subscriptionId } = await subscribe(api, tenant, { token: 'tok_decline_after_1' });
    const declined = await send('PUT', `/${subscriptionId}`, { quantity: 10, proration: 'invoice_now' });
    expect([declined.status, declined.body.code]).toEqual([402, 'payment_declined']);
    expect((await send('GET', `/${subscriptionId}`)).body.quantity).toBe(1);
  });
});

describe('canceling, pausing and resuming', () => {
  it('cancels once, with a date, and says what is allowed then', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const canceled = await send('DELETE', `/${subscriptionId}`, { reason: 'too dear' }, headers);
    expect(canceled).toMatchObject({ status: 200, body: { status: 'canceled', cancel_at: null } });
    expect(canceled.body.canceled_at).toMatch(/^\d{4}-\d\d-\d\d$/);
    const replayed = await send('DELETE', `/${subscriptionId}`, { reason: 'too dear' }, headers);
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    const again = await send('DELETE', `/${subscriptionId}`);
    expect(again).toMatchObject({
      status: 409,
      body: { code: 'already_canceled', subscription_status: 'canceled', allowed_commands: [] },
    });
  });

  it('at the period’s end keeps it running, until undone', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const scheduled = await send('DELETE', `/${subscriptionId}`, { at: 'period_end' });
    expect(scheduled).toMatchObject({ status: 200, body: { status: 'active', canceled_at: null } });
    expect((await send('GET', `/${subscriptionId}`)).body).toMatchObject({
      cancel_at: scheduled.body.cancel_at,
      next_charge: null,
    });
    expect((await send('POST', `/${subscriptionId}/uncancel`)).body).toMatchObject({
      status: 'active',
      cancel_at: null,
    });
    const again = await send('POST', `/${subscriptionId}/uncancel`);
    expect([again.status, again.body.code]).toEqual([409, 'invalid_state']);
  });

  it('pauses and resumes, and refuses the same twice with state and allowed commands', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const paused = await send('POST', `/${subscriptionId}/pause`, {});
    expect(paused).toMatchObject({ status: 200, body: { status: 'paused', next_charge: null } });
    expect(await send('POST', `/${subscriptionId}/pause`)).toMatchObject({
      status: 409,
      body: {
        code: 'invalid_state',
        subscription_status: 'paused',
        allowed_commands: expect.arrayContaining(['resume']),
      },
    });
    expect((await send('POST', `/${subscriptionId}/resume`)).body).toMatchObject({ status: 'active', paused_at: null });
  });

  it.each([
    ['no instant', 'tomorrow'],
    ['an instant that has passed', '2020-01-01T00:00:00Z'],
    ['a date', '2030-01-01'],
    ['a number', 1_900_000_000],
  ])('refuses to pause until %s', async (_name, resumesAt) => {
    const { subscriptionId } = await subscribe(api, tenant);
    const answer = await send('POST', `/${subscriptionId}/pause`, { resumes_at: resumesAt });
    expect([answer.status, answer.body.code, answer.body.field]).toEqual([400, 'invalid_request', 'resumes_at']);
  });
});
