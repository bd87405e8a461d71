import { expect } from 'vitest';
import type { ApiHarness } from './api-harness.ts';
import type { ApiAnswer } from './call-api.ts';
import { expectInvariants } from './expect-invariants.ts';
import { failRenewal, openTenantWithRelay, payNext } from './failed-payment.ts';
import { createSeededRandom } from './seeded-random.ts';
import { relayAll } from './stand-in-relay.ts';

const outcomes = ['ok', 'decline:insufficient_funds', 'decline:stolen_card', 'timeout_after', 'error_after', 'slow:50'];

/**
 * F22, F23. Many administrators and integrators ask for one payment at once, by every call there is for it, some with one key among
 * them, while the broker comes and goes. It is one attempt and at most one task; a key has one answer.
 */
export async function runRetryRound(api: ApiHarness, seed: number): Promise<{ clicks: number; outcome: string }> {
  const random = createSeededRandom(seed);
  const tenant = await openTenantWithRelay(api);
  const { tenantId, relay, apiKey: key } = tenant;
  const failed = await failRenewal(api, tenant);
  const outcome = random.pick(outcomes);
  payNext(api, tenantId, outcome, ...Array<string>(10).fill('decline:insufficient_funds'));
  relay.isAway = true;
  const charge = { subscription_id: failed.subscriptionId, amount: 1_999, reason: 'manual_retry' };
  const kinds = [
    { path: `/v1/admin/payments/${failed.paymentId}/retry`, body: {} },
    { path: `/v1/payments/${failed.paymentId}/retry`, body: {} },
    { path: '/v1/payments', body: charge },
  ];
  const clicks = Array.from({ length: 8 + random.below(25) }, () => {
    const kind = random.pick(kinds);
    const idempotencyKey = random.next() < 0.5 ? `shared ${kind.path}` : crypto.randomUUID();
    return { ...kind, idempotencyKey };
  });
  let unanswered = clicks.length;
  const answering = clicks.map(async ({ path, body, idempotencyKey }) => {
    const answer = await api.call('POST', path, { key, body, headers: { 'idempotency-key': idempotencyKey } });
    unanswered -= 1;
    return answer;
  });
  // What is not answered by then is committed and waits for the broker: no click comes after the attempt.
  await expect.poll(async () => unanswered - (await waiting(api, tenantId)), { timeout: 4_500, interval: 20 }).toBe(0);
  relay.isAway = false;
  const answers = await Promise.all(answering);
  await relay.stop();

  expectAccepted(answers);
  await relayAll(api.owner, api.context, tenantId);
  await expectOneAttempt(api, tenantId, failed.invoiceId);
  await expectInvariants({ owner: api.owner, provider: api.provider, tenantId });
  return { clicks: clicks.length, outcome };
}

/** Administrators' clicks that have become a task, or have met it. */
async function waiting({ owner }: ApiHarness, tenantId: string): Promise<number> {
  const rows = await owner`select 1 from audit_log where tenant_id = ${tenantId}
    and action in ('payment.retry_requested_by_administrator', 'payment.retry_repeated')`;
  return rows.length;
}

function expectAccepted(answers: readonly ApiAnswer[]): void {
  expect(answers.filter(({ status }) => status !== 202 && status !== 409)).toEqual([]);
  const tasks = answers.flatMap(({ body }) => (body.task_id === undefined ? [] : [body.task_id as string]));
  expect(new Set(tasks).size, 'one task').toBeLessThanOrEqual(1);
}

/** Each click asked for the attempt after the first: whatever came of it, none is made on top of it. */
async function expectOneAttempt({ owner }: ApiHarness, tenantId: string, invoiceId: string): Promise<void> {
  const attempts = () => owner<{ number: number; status: string }[]>`
    select number, status from payment_attempts where tenant_id = ${tenantId} and invoice_id = ${invoiceId} order by id`;
  await expect
    .poll(async () => (await attempts()).at(-1)?.status, { timeout: 10_000 })
    .toMatch(/succeeded|declined|unknown/);
  expect(await attempts()).toHaveLength(2);
}
