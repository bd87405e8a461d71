import { expect } from 'vitest';
import { signUp } from './api-fixtures.ts';
import type { ApiHarness, TestTenant } from './api-harness.ts';
import type { ApiAnswer } from './call-api.ts';
import { expectInvariants } from './expect-invariants.ts';
import { createSeededRandom } from './seeded-random.ts';

const outcomes = ['ok', 'ok', 'slow:50', 'decline:insufficient_funds', 'timeout_after', 'error_after'];
const copies = 50;
const fewer = 5;

/**
 * F22. One key fifty times at once, a few times with another body, and with another tenant's create: each tenant's key is carried
 * out once, whoever repeats it meets that answer or is told to wait, and another body is refused.
 */
export async function runKeyRound(api: ApiHarness, seed: number): Promise<{ outcome: string; waited: number }> {
  const random = createSeededRandom(seed);
  const outcome = random.pick(outcomes);
  const [tenant, other] = [await openTenant(api, outcome), await openTenant(api, 'ok')];
  const key = `one key ${seed}`;
  const asked = random.shuffle([
    ...Array.from({ length: copies }, () => ({ of: tenant, quantity: 1 })),
    ...Array.from({ length: fewer }, () => ({ of: tenant, quantity: 2 })),
    ...Array.from({ length: fewer }, () => ({ of: other, quantity: 1 })),
  ]);
  const answers = await Promise.all(asked.map(({ of, quantity }) => of.create(key, quantity)));
  const answersTo = (of: OpenTenant, quantity: number): ApiAnswer[] =>
    answers.filter((_answer, index) => asked[index]?.of === of && asked[index]?.quantity === quantity);

  const [made] = await api.owner<{ quantity: number }[]>`
    select quantity from subscriptions where tenant_id = ${tenant.tenantId}`;
  const won = made?.quantity ?? 0;
  const lost = won === 1 ? 2 : 1;
  for (const { status, body } of answersTo(tenant, lost))
    expect([status, body.code]).toEqual([422, 'idempotency_key_reused']);
  const waited = await expectOneAnswer(api, tenant, { answers: answersTo(tenant, won), key, quantity: won });
  await expectOneAnswer(api, other, { answers: answersTo(other, 1), key, quantity: 1 });
  expect((await tenant.create(key, lost)).status).toBe(422);
  return { outcome, waited };
}

interface OpenTenant extends TestTenant {
  create(key: string, quantity: number): Promise<ApiAnswer>;
}

async function openTenant(api: ApiHarness, outcome: string): Promise<OpenTenant> {
  const tenant = await api.makeTenant();
  const { customerId, planId } = await signUp(api, tenant);
  api.provider.script({ tenantId: tenant.tenantId, next: [outcome] });
  return {
    ...tenant,
    create: (key, quantity) =>
      api.call('POST', '/v1/subscriptions', {
        key: tenant.apiKey,
        body: { customer_id: customerId, plan_id: planId, quantity },
        headers: { 'idempotency-key': key },
      }),
  };
}

/** Of the first and of every repetition: one subscription, one attempt, one charge. How many were told to wait. */
async function expectOneAnswer(
  api: ApiHarness,
  tenant: OpenTenant,
  of: { answers: readonly ApiAnswer[]; key: string; quantity: number },
): Promise<number> {
  const { tenantId } = tenant;
  const waiting = of.answers.filter(({ status }) => status === 409);
  for (const { body, headers } of waiting) {
    expect(body.code).toBe('idempotency_key_in_use');
    expect(headers.has('retry-after')).toBe(true);
  }
  const again = await tenant.create(of.key, of.quantity);
  const said = [again, ...of.answers.filter(({ status }) => status !== 409)];
  const meant = said.map(({ status, body }) => `${status === 402 ? body.code : body.subscription_id}`);
  expect(new Set(meant).size, `the answers of one key: ${[...new Set(meant)].join(', ')}`).toBe(1);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  const [counts] = await api.owner`
    select (select count(*)::int from subscriptions where tenant_id = ${tenantId}) as subscriptions,
           (select count(*)::int from payment_attempts where tenant_id = ${tenantId}) as attempts`;
  expect(counts).toEqual({ subscriptions: 1, attempts: 1 });
  expect((await api.provider.listCharges({ tenantId, limit: 100 })).charges.length).toBeLessThanOrEqual(1);
  await expectInvariants({ owner: api.owner, provider: api.provider, tenantId });
  return waiting.length;
}
