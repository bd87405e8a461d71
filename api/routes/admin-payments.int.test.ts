import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { renderMetrics } from '../../runtime/metrics.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { type FailedPayment, failRenewal, openTenantWithRelay, payNext } from '../../tests/support/failed-payment.ts';
import type { StandInRelay } from '../../tests/support/stand-in-relay.ts';

let api: ApiHarness;
let tenant: TestTenant & { relay: StandInRelay };
let failed: FailedPayment;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());
beforeEach(async () => {
  tenant = await openTenantWithRelay(api);
  failed = await failRenewal(api, tenant);
});
afterEach(() => tenant.relay.stop());

const retry = (request: object = {}, prefix = '/v1') =>
  api.call('POST', `${prefix}/admin/payments/${failed.paymentId}/retry`, { key: tenant.apiKey, ...request });
const card = async () => (await api.call('GET', `/v1/admin/payments/${failed.paymentId}`, { key: tenant.apiKey })).body;
const task = async (id: string) => (await api.call('GET', `/v1/admin/retry-tasks/${id}`, { key: tenant.apiKey })).body;
const taskSettled = async (id: string, status: string) =>
  expect.poll(async () => (await task(id)).status, { timeout: 10_000 }).toBe(status);

const events = (topic: string) =>
  api.owner<{ envelope: { data: Record<string, unknown>; sequence: number | null } }[]>`
    select envelope from outbox where tenant_id = ${tenant.tenantId} and topic = ${topic} order by created_at`;
const audits = (action: string) =>
  api.owner<{ actor: string; resourceId: string; details: Record<string, unknown> }[]>`
    select actor, resource_id, details from audit_log where tenant_id = ${tenant.tenantId} and action = ${action} order by at`;

async function metric(name: string): Promise<number> {
  const line = (await renderMetrics()).split('\n').find((text) => text.startsWith(name) && !text.startsWith('#'));
  return Number(line?.split(' ').at(-1) ?? 0);
}

describe('a retry by an administrator', () => {
  it('is a task within 300 ms, is carried out by the workflow, and paid completes everything', async () => {
    const [requests, successes] = [await metric('manual_retry_requests_total'), await metric('manual_retry_success')];
    payNext(api, tenant.tenantId);
    const startedAt = performance.now();
    const answer = await retry({}, '');
    expect(performance.now() - startedAt).toBeLessThan(300);
    expect(answer.status).toBe(202);
    const id: string = answer.body.task_id;
    await taskSettled(id, 'succeeded');
    expect(await card()).toMatchObject({ status: 'completed', can_retry: false, can_retry_reason: expect.any(String) });
    expect((await card()).attempts.at(-1)).toMatchObject({ number: 2, trigger: 'manual', status: 'succeeded' });
    const [asked] = await events('payments.retry.manual');
    expect(asked?.envelope.data).toEqual({
      ...{ payment_id: failed.paymentId, task_id: id, attempt_number_requested: 2 },
      ...{ admin_id: expect.stringMatching(/^key_/), timestamp: expect.any(String) },
    });
    expect(await events('payments.completed')).toHaveLength(1);
    const [notice] = await events('notifications.requested');
    expect(notice?.envelope).toMatchObject({ sequence: null, data: { kind: 'payment_retry_succeeded' } });
    const sub = await api.call('GET', `/v1/subscriptions/${failed.subscriptionId}`, { key: tenant.apiKey });
    expect(sub.body.status).toBe('active');
    const [audit] = await audits('payment.retry_settled');
    expect(audit).toMatchObject({
      resourceId: id,
      details: {
        ...{ payment_id: failed.paymentId, attempt_number: 2, result: 'succeeded' },
        ...{ admin_id: expect.any(String), provider_message: expect.any(String) },
      },
    });
    expect(await metric('manual_retry_requests_total')).toBe(requests + 1);
    expect(await metric('manual_retry_success')).toBe(successes + 1);
    expect(await metric('retry_latency_seconds_count')).toBeGreaterThan(0);
  });

  it('reads retrying until its result', async () => {
    tenant.relay.isAway = true;
    const answering = retry();
    await expect.poll(async () => (await card()).status).toBe('retrying');
    expect(await card()).toMatchObject({ can_retry: false, retry_tasks: [{ status: 'requested' }] });
    tenant.relay.isAway = false;
    expect((await answering).status).toBe(202);
  });

  it('declined counts as an attempt: the next one is planned, and it may be retried again', async () => {
    payNext(api, tenant.tenantId, 'decline:insufficient_funds');
    const failures = await metric('manual_retry_failure_total');
    const { body } = await retry();
    await taskSettled(body.task_id, 'failed');
    expect(await card()).toMatchObject({
      status: 'failed',
      attempts_count: 2,
      can_retry: true,
      can_retry_reason: null,
    });
    expect((await card()).next_attempt_at).not.toBeNull();
    expect((await events('payments.retry.requested')).length).toBeGreaterThanOrEqual(2);
    expect(await metric('manual_retry_failure_total')).toBe(failures + 1);
    payNext(api, tenant.tenantId);
    const again = await retry();
    expect(again.body.task_id).not.toBe(body.task_id);
    await taskSettled(again.body.task_id, 'succeeded');
  });

  it('declined for good, or as the last of its attempts, fails permanently', async () => {
    payNext(api, tenant.tenantId, 'decline:stolen_card');
    const { body } = await retry();
    await taskSettled(body.task_id, 'failed');
    expect(await card()).toMatchObject({ status: 'failed_permanent', can_retry: false });
    expect(await events('payments.failed_permanent')).toHaveLength(1);
    const refused = await retry();
    expect([refused.status, refused.body.code]).toEqual([409, 'invalid_state']);

    failed = await failRenewal(api, tenant);
    for (const attempt of [2, 3, 4, 5]) {
      payNext(api, tenant.tenantId, 'decline:insufficient_funds');
      const { body: asked } = await retry();
      await taskSettled(asked.task_id, 'failed');
      expect((await card()).attempts_count).toBe(attempt);
    }
    expect(await card()).toMatchObject({ status: 'failed_permanent', can_retry: false });
  });

  it('clicked ten times at once is one task and one attempt, and every further click is on record', async () => {
    payNext(api, tenant.tenantId, 'slow:300');
    const answers = await Promise.all(Array.from({ length: 10 }, () => retry()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = new Set(answers.map(({ body }) => body.task_id as string));
    expect(ids.size).toBe(1);
    await taskSettled([...ids][0] ?? '', 'succeeded');
    expect((await card()).attempts).toHaveLength(2);
    expect(await events('payments.retry.manual')).toHaveLength(1);
    expect(await audits('payment.retry_repeated')).toHaveLength(9);
  });

  it('of a payment that is completed is refused with the reason, and nothing is published', async () => {
    payNext(api, tenant.tenantId);
    await taskSettled((await retry()).body.task_id, 'succeeded');
    const refused = await retry();
    expect([refused.status, refused.body.code]).toEqual([409, 'payment_completed']);
    expect(await events('payments.retry.manual')).toHaveLength(1);
  });

  it('without a payment method, and while paused, is refused', async () => {
    await api.owner`update payment_methods set status = 'detached' where tenant_id = ${tenant.tenantId}`;
    expect((await retry()).body.code).toBe('payment_method_required');
    await api.owner`update payment_methods set status = 'active' where tenant_id = ${tenant.tenantId}`;
    await api.owner`update subscriptions set status = 'paused' where tenant_id = ${tenant.tenantId}`;
    expect((await retry()).body.code).toBe('invalid_state');
  });

  it('without an administrator’s role is refused, and nothing is published', async () => {
    const key = await api.makeKey(tenant.tenantId, 'integrator');
    for (const prefix of ['', '/v1']) expect((await retry({ key }, prefix)).body.code).toBe('forbidden');
    expect(await events('payments.retry.manual')).toHaveLength(0);
    expect((await card()).status).toBe('failed');
  });

  it('replays under its key, and refuses the key for another body', async () => {
    const headers = { 'idempotency-key': 'one click' };
    const [first, second] = [await retry({ headers }), await retry({ headers }, '')];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(await audits('payment.retry_repeated')).toHaveLength(0);
    const other = await api.call('POST', '/v1/payments', {
      key: tenant.apiKey,
      headers,
      body: { subscription_id: failed.subscriptionId, amount: 1, reason: 'additional_charge' },
    });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('without the broker’s acknowledgement for 5 s answers 503 with the task, and is carried out later', async () => {
    tenant.relay.isAway = true;
    payNext(api, tenant.tenantId);
    const headers = { 'idempotency-key': 'in the outage' };
    const startedAt = performance.now();
    const deferred = await retry({ headers });
    expect(performance.now() - startedAt).toBeGreaterThan(4_000);
    expect([deferred.status, deferred.body.code]).toEqual([503, 'retry_deferred']);
    expect(deferred.headers.get('retry-after')).toBe('1');
    const again = await retry({ headers });
    expect([again.status, again.body]).toEqual([202, { task_id: deferred.body.task_id }]);
    expect(await task(deferred.body.task_id)).toMatchObject({ status: 'requested' });
    tenant.relay.isAway = false;
    await taskSettled(deferred.body.task_id, 'succeeded');
  });

  it('is refused as a task when nothing may be charged any more by the time it comes round, and begins again later', async () => {
    tenant.relay.isAway = true;
    const asking = retry();
    await expect.poll(async () => (await card()).status).toBe('retrying');
    await api.owner`update subscriptions set status = 'paused' where tenant_id = ${tenant.tenantId}`;
    tenant.relay.isAway = false;
    const { body } = await asking;
    await taskSettled(body.task_id, 'refused');
    expect(await card()).toMatchObject({ status: 'failed', attempts_count: 1 });
    await api.owner`update subscriptions set status = 'past_due' where tenant_id = ${tenant.tenantId}`;
    payNext(api, tenant.tenantId);
    expect((await retry()).body.task_id).toBe(body.task_id);
    await taskSettled(body.task_id, 'succeeded');
  });

  it('begun again after a refusal is answered by its own acknowledgement, not by that of the first time', async () => {
    tenant.relay.isAway = true;
    const asking = retry();
    await expect.poll(async () => (await card()).status).toBe('retrying');
    await api.owner`update subscriptions set status = 'paused' where tenant_id = ${tenant.tenantId}`;
    tenant.relay.isAway = false;
    const { body } = await asking;
    await taskSettled(body.task_id, 'refused');
    tenant.relay.isAway = true;
    await api.owner`update subscriptions set status = 'past_due' where tenant_id = ${tenant.tenantId}`;
    payNext(api, tenant.tenantId);
    const again = await retry();
    expect([again.status, again.body.code]).toEqual([503, 'retry_deferred']);
    expect(again.body.task_id).toBe(body.task_id);
    tenant.relay.isAway = false;
    await taskSettled(body.task_id, 'succeeded');
  });
});

describe('the list of failed payments', () => {
  const list = (query = '', key = tenant.apiKey) => api.call('GET', `/v1/admin/payments${query}`, { key });

  it('has what an administrator decides by, newest first, in pages', async () => {
    const second = await failRenewal(api, tenant);
    const { body } = await list('?status=failed,failed_permanent');
    expect(body.data.map((one: { payment_id: string }) => one.payment_id)).toEqual([
      second.paymentId,
      failed.paymentId,
    ]);
    expect(body.data[0]).toMatchObject({
      ...{ amount: 1_999, currency: 'USD', status: 'failed', attempts_count: 1, max_retries: 5, can_retry: true },
      ...{ reason: 'insufficient_funds', last_attempt: { number: 1, status: 'declined', provider: 'sandbox' } },
    });
    const first = await list('?limit=1');
    expect(first.body).toMatchObject({ has_more: true, data: [{ payment_id: second.paymentId }] });
    const rest = await list(`?limit=1&cursor=${first.body.next_cursor}`);
    expect(rest.body).toMatchObject({ has_more: false, data: [{ payment_id: failed.paymentId }] });
  });

  it('filters, and shows other states when asked', async () => {
    expect((await list('?status=completed')).body.data).toHaveLength(1);
    expect((await list(`?customer_id=${failed.customerId}`)).body.data).toHaveLength(1);
    expect((await list('?created_to=2020-01-01T00:00:00Z')).body.data).toHaveLength(0);
    expect((await list('?status=broken')).status).toBe(400);
  });

  it('is an administrator’s, and of one tenant', async () => {
    expect((await list('', await api.makeKey(tenant.tenantId, 'integrator'))).status).toBe(403);
    expect((await list('', (await api.makeTenant()).apiKey)).body.data).toEqual([]);
  });
});

it('the card of a payment shows its subscription, invoice, attempts and what the provider said', async () => {
  expect(await card()).toMatchObject({
    ...{ payment_id: failed.paymentId, can_retry: true, can_retry_reason: null },
    subscription: { subscription_id: failed.subscriptionId, status: 'past_due', plan_name: 'Basic' },
    invoice: { invoice_id: failed.invoiceId, kind: 'period', status: 'open', total: 1_999 },
    attempts: [{ number: 1, status: 'declined', code: 'insufficient_funds', send_count: 1 }],
    retry_tasks: [],
  });
});

describe('an attempt that needs review', () => {
  async function needsReview(): Promise<string> {
    payNext(api, tenant.tenantId, 'timeout_before');
    await retry();
    await expect.poll(async () => (await card()).attempts.at(-1).status, { timeout: 10_000 }).toBe('unknown');
    const [attempt] = await api.owner<{ id: string }[]>`
      update payment_attempts set status = 'needs_review', resolve_at = null
      where tenant_id = ${tenant.tenantId} and status = 'unknown' returning id`;
    return attempt?.id ?? '';
  }
  const resolve = (attemptId: string, body: object) =>
    api.call('POST', `/v1/admin/payments/${failed.paymentId}/attempts/${attemptId}/resolve`, {
      key: tenant.apiKey,
      body,
    });

  it('is charged because a person says so: everything follows as from the provider, on record', async () => {
    const attemptId = await needsReview();
    const missing = await resolve(attemptId, { outcome: 'succeeded', reason: 'seen in the dashboard' });
    expect([missing.status, missing.body.field]).toEqual([400, 'provider_charge_id']);
    const body = { outcome: 'succeeded', provider_charge_id: 'ch_1', reason: 'seen in the dashboard' };
    expect(await resolve(attemptId, body)).toMatchObject({
      status: 200,
      body: { attempt_id: attemptId, status: 'succeeded', payment_status: 'completed' },
    });
    const [audit] = await audits('payment.attempt_resolved');
    expect(audit?.details).toMatchObject({
      attempt_id: attemptId,
      outcome: 'succeeded',
      reason: 'seen in the dashboard',
    });
    expect((await card()).retry_tasks).toMatchObject([{ status: 'succeeded' }]);
    expect((await resolve(attemptId, body)).body.code).toBe('invalid_state');
  });

  it('was not charged: the ladder goes on', async () => {
    const attemptId = await needsReview();
    const answer = await resolve(attemptId, { outcome: 'failed', reason: 'not in the provider’s list' });
    expect(answer.body).toMatchObject({ status: 'declined', payment_status: 'failed' });
    expect(await card()).toMatchObject({ can_retry: true, attempts_count: 2 });
  });

  it('of another payment is unknown', async () => {
    const attemptId = await needsReview();
    const other = await failRenewal(api, tenant);
    failed = other;
    expect((await resolve(attemptId, { outcome: 'failed', reason: 'x' })).status).toBe(404);
  });
});
