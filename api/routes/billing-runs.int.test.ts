import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeWebhook, subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  api = await startApiHarness();
  tenant = await api.makeTenant();
});
afterAll(() => api.stop());

const read = (path: string, key = tenant.apiKey) =>
  api.call('GET', `/v1/admin/subscriptions/${path}`, { key }).then(({ status, body }) => ({ status, body }));
const send = (path: string, body: object) =>
  api.call('POST', `/v1/subscriptions/${path}`, { key: tenant.apiKey, body });

/** The first period paid, the renewal declined on its day and once more a day later. */
async function failTwice() {
  const made = await subscribe(api, tenant, { token: 'tok_decline_after_1' });
  await send(`${made.subscriptionId}/test-clock/advance`, { by: 'P1M2D' });
  return made;
}

describe('the story of a subscription', () => {
  it('tells each billing run from its boundary on: invoice, every attempt, the next one, and the events by number', async () => {
    const { subscriptionId } = await failTwice();
    const { data, has_more } = (await read(`${subscriptionId}/billing-runs`)).body;
    expect(data.map(({ kind, status }: { kind: string; status: string }) => [kind, status])).toEqual([
      ['renewal', 'open'],
      ['first', 'settled'],
    ]);
    expect(has_more).toBe(false);
    const [renewal, first] = data;
    expect(renewal.boundary_at).toBe(first.period_end);
    const [invoice] = renewal.invoices;
    expect(invoice).toMatchObject({ kind: 'period', status: 'open', total: 1999, number: 2 });
    const [payment] = invoice.payments;
    expect(payment).toMatchObject({ status: 'failed', attempts_count: 2, next_attempt_at: expect.any(String) });
    expect(payment.attempts).toMatchObject([
      {
        number: 1,
        trigger: 'renewal',
        status: 'declined',
        decline_kind: 'insufficient_funds',
        due_at: renewal.boundary_at,
      },
      { number: 2, trigger: 'retry', status: 'declined', sent_at: expect.any(String) },
    ]);
    const actionsOf = (run: { entries: { action: string }[] }) => run.entries.map(({ action }) => action);
    expect(actionsOf(first)).toEqual(['created', 'activated']);
    expect(actionsOf(renewal)).toEqual(expect.arrayContaining(['past_due', 'payment_failed']));
    expect(renewal.entries[0].details).toMatchObject({ actor: 'workflow' });
    const numbers = [...first.events, ...renewal.events].map(({ sequence }: { sequence: number }) => sequence);
    expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
    const { data: all } = (await api.call('GET', `/v1/subscriptions/${subscriptionId}/events`, { key: tenant.apiKey }))
      .body;
    expect(numbers).toHaveLength(all.length);
    expect(renewal.events[0]).toMatchObject({ type: 'invoices.created', invoice_id: invoice.invoice_id });
  });

  it('puts what names an invoice with that invoice’s run, however much later it happens', async () => {
    const { subscriptionId, paymentId, invoiceId } = await subscribe(api, tenant);
    await send(`${subscriptionId}/test-clock/advance`, { by: 'P1M1D' });
    const refund = { key: tenant.apiKey, body: { amount: 100 } };
    expect((await api.call('POST', `/v1/payments/${paymentId}/refunds`, refund)).status).toBe(201);
    const { data } = (await read(`${subscriptionId}/billing-runs`)).body;
    const refunded = (run: { entries: { action: string }[]; events: { type: string; invoice_id: string }[] }) => [
      run.entries.some(({ action }) => action === 'refunded'),
      run.events.some(({ type, invoice_id }) => type === 'payments.refunded' && invoice_id === invoiceId),
    ];
    expect(data.map(refunded)).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('puts a change of the period with the run whose period it changed, its own invoice among it', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const body = { quantity: 3, proration: 'invoice_now' };
    await api.call('PUT', `/v1/subscriptions/${subscriptionId}`, { key: tenant.apiKey, body });
    const { data } = (await read(`${subscriptionId}/billing-runs`)).body;
    expect(data).toHaveLength(1);
    const kinds = data[0].invoices.map(({ kind, status }: { kind: string; status: string }) => [kind, status]);
    expect(kinds).toEqual([
      ['period', 'paid'],
      ['proration', 'paid'],
    ]);
  });

  it('shows the provider’s deliveries by their attempt, to whoever may see webhooks', async () => {
    const { subscriptionId } = await failTwice();
    const runs = async (key: string) => (await read(`${subscriptionId}/billing-runs?limit=1`, key)).body.data;
    const [{ invoices }] = await runs(tenant.apiKey);
    const attemptId = invoices[0].payments[0].attempts[0].attempt_id;
    const webhookId = await storeWebhook(api, tenant.tenantId, { attemptId });
    const attemptsOf = async (key: string) => (await runs(key))[0].invoices[0].payments[0].attempts;
    expect((await attemptsOf(tenant.apiKey)).map(({ webhooks }: { webhooks: object[] }) => webhooks)).toMatchObject([
      [{ webhook_id: webhookId, event_type: 'charge.updated', status: 'received' }],
      [],
    ]);
    const viewer = await api.makeKey(tenant.tenantId, 'viewer');
    expect((await attemptsOf(viewer)).map(({ webhooks }: { webhooks: null }) => webhooks)).toEqual([null, null]);
  });

  it('is told a page at a time, each run once', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    await send(`${subscriptionId}/test-clock/advance`, { by: 'P2M1D' });
    const all = (await read(`${subscriptionId}/billing-runs`)).body.data;
    const page = (await read(`${subscriptionId}/billing-runs?limit=2`)).body;
    expect(page.has_more).toBe(true);
    const rest = (await read(`${subscriptionId}/billing-runs?limit=2&cursor=${page.next_cursor}`)).body;
    expect([...page.data, ...rest.data]).toEqual(all);
    expect(all.map(({ ordinal }: { ordinal: number }) => ordinal)).toEqual([2, 1, 0]);
  });

  it('is no story where no period has begun', async () => {
    const { customerId, planId } = await subscribe(api, tenant);
    const body = { customer_id: customerId, plan_id: planId, start_date: '2999-01-01' };
    const created = await api.call('POST', '/v1/subscriptions', { key: tenant.apiKey, body });
    expect((await read(`${created.body.subscription_id}/billing-runs`)).body.data).toEqual([]);
  });
});

describe('the workflow', () => {
  it('is named as the engine names it, with its address and what it does next', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const id = `sub:${tenant.tenantId}:${subscriptionId}`;
    expect((await read(`${subscriptionId}/workflow`)).body).toMatchObject({
      ...{ workflow_id: id, namespace: 'test', parked: null, failed_tries: 0 },
      url: `http://temporal.example/namespaces/test/workflows/${encodeURIComponent(id)}`,
      next: { kind: 'renew', at: expect.any(String) },
      last_result: 'Paid 19.99 USD',
    });
  });

  it('that stands still says at which step, with what, and how it failed', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const parked = { step: 'takeStep', input: { subscriptionId }, error: 'Error: broken' };
    await api.owner`update subscriptions set parked_at = now(), parked = ${api.owner.json(parked)}
      where tenant_id = ${tenant.tenantId} and id = ${subscriptionId}`;
    const { body } = await read(`${subscriptionId}/workflow`);
    expect(body.parked).toEqual({ at: expect.any(String), ...parked });
  });

  it('is for whoever may repair', async () => {
    const { subscriptionId } = await subscribe(api, tenant);
    const support = await api.makeKey(tenant.tenantId, 'support');
    expect((await read(`${subscriptionId}/workflow`, support)).status).toBe(403);
  });
});
