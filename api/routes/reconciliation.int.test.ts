import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { newId } from '../../db/new-id.ts';
import type { AttemptId } from '../../domain/ids.ts';
import { subscribe } from '../../tests/support/api-fixtures.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let tenant: TestTenant;
let key: string;
beforeAll(async () => {
  api = await startApiHarness();
});
beforeEach(async () => {
  tenant = await api.makeTenant();
  key = await api.makeKey(tenant.tenantId, 'finance');
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => api.stop());

const hourMs = 3_600_000;
const at = (offsetMs: number) => new Date(Date.now() + offsetMs).toISOString();
const pathOf = (range: { from?: string; to?: string } = {}) => {
  const { from = at(-hourMs), to = at(hourMs) } = range;
  return `/v1/admin/reconciliation?provider=sandbox&created_from=${from}&created_to=${to}`;
};
const reconcile = (range: { from?: string; to?: string } = {}, of = key) => api.call('GET', pathOf(range), { key: of });
const sums = (count: number, amount: number, refunded = 0) => ({ count, amount, refunded });

async function pay() {
  const made = await subscribe(api, tenant);
  const [attempt] = await api.owner<{ id: AttemptId; providerMethodId: string; providerChargeId: string }[]>`
    select id, provider_method_id, provider_charge_id from payment_attempts where payment_id = ${made.paymentId}`;
  if (!attempt) throw new Error('a paid subscription has its attempt');
  return { ...made, attempt };
}

/** At the provider alone, under an attempt's id. */
function chargeBesides(attemptId: string, { attempt }: Awaited<ReturnType<typeof pay>>) {
  const { providerMethodId } = attempt;
  const charge = { tenantId: tenant.tenantId, attemptId, idempotencyKey: newId('attempt'), providerMethodId };
  const deadlineAtMonotonicMs = performance.now() + 5_000;
  return api.provider.charge({ ...charge, amountMinor: 700, currency: 'USD', description: '', deadlineAtMonotonicMs });
}

describe('books that agree', () => {
  it('are counted and summed by currency, refunds included', async () => {
    const { paymentId } = await pay();
    await subscribe(api, tenant, { plan: { amount: 500, currency: 'JPY' } });
    await api.call('POST', `/v1/payments/${paymentId}/refunds`, { key, body: { amount: 300 } });
    const { status, body } = await reconcile();
    expect([status, body]).toMatchObject([
      200,
      {
        ...{ provider: 'sandbox', next_from: null, looked_up: 0, in_flight: 0, differences: [] },
        currencies: [
          { currency: 'JPY', at_provider: sums(1, 500), with_us: sums(1, 500), matched: sums(1, 500) },
          {
            currency: 'USD',
            at_provider: sums(1, 1999, 300),
            with_us: sums(1, 1999, 300),
            matched: sums(1, 1999, 300),
          },
        ],
      },
    ]);
    expect(body.covered_to > body.created_from).toBe(true);
  });

  it('are compared within the time asked for', async () => {
    await pay();
    const { body } = await reconcile({ from: at(-2 * hourMs), to: at(-hourMs) });
    expect(body).toMatchObject({ currencies: [], differences: [] });
  });

  it('agree about a charge that the list does not show and the provider knows', async () => {
    await pay();
    vi.spyOn(api.provider, 'listCharges').mockResolvedValue({ charges: [], nextCursor: null });
    const { body } = await reconcile();
    expect(body).toMatchObject({ looked_up: 1, differences: [] });
    expect(body.currencies).toEqual([
      { currency: 'USD', at_provider: sums(0, 0), with_us: sums(1, 1999), matched: sums(0, 0) },
    ]);
  });

  it('of another tenant are in no answer', async () => {
    await pay();
    const other = await api.makeTenant();
    const { body } = await reconcile({}, await api.makeKey(other.tenantId, 'owner'));
    expect(body).toMatchObject({ currencies: [], differences: [], looked_up: 0 });
  });
});

describe('books that differ', () => {
  const kindsOf = (body: { differences: { kind: string; attempt_id: string }[] }) =>
    body.differences.map(({ kind, attempt_id }) => [kind, attempt_id]);

  it('name a charge at the provider that nobody here made', async () => {
    const attemptId = newId('attempt');
    await chargeBesides(attemptId, await pay());
    const { body } = await reconcile();
    expect(body.differences).toMatchObject([
      { kind: 'not_with_us', attempt_id: attemptId, payment_id: null, with_us: null, at_provider: [{ amount: 700 }] },
    ]);
    expect(body.currencies).toMatchObject([
      { at_provider: sums(2, 2699), with_us: sums(1, 1999), matched: sums(1, 1999) },
    ]);
  });

  it('pass over what the account is used for besides', async () => {
    await chargeBesides('order-17', await pay());
    expect((await reconcile()).body).toMatchObject({ differences: [], currencies: [{ at_provider: sums(1, 1999) }] });
  });

  it('name a charge that succeeded here and that the provider does not know', async () => {
    const { attempt, paymentId, customerId } = await pay();
    const id = newId('attempt');
    await api.owner`insert into payment_attempts
      select (jsonb_populate_record(a, jsonb_build_object('id', ${id}::text, 'number', 2, 'surplus', true))).*
      from payment_attempts a where id = ${attempt.id}`;
    const { body } = await reconcile();
    expect(body.differences).toMatchObject([
      {
        ...{ kind: 'not_at_provider', attempt_id: id, payment_id: paymentId, customer_id: customerId, looked_up: true },
        ...{ with_us: { status: 'succeeded', amount: 1999, currency: 'USD' }, at_provider: [] },
      },
    ]);
  });

  it('name a charge whose outcome is unknown here', async () => {
    const { attempt } = await pay();
    await api.owner`update payment_attempts set status = 'unknown' where id = ${attempt.id}`;
    expect(kindsOf((await reconcile()).body)).toEqual([['status_differs', attempt.id]]);
  });

  it('wait for a charge whose sender is still at work', async () => {
    const { attempt } = await pay();
    await api.owner`update payment_attempts set status = 'sent', lease_until = now() + interval '30 s'
      where id = ${attempt.id}`;
    const { body } = await reconcile();
    expect(body).toMatchObject({ in_flight: 1, differences: [], currencies: [{ matched: sums(0, 0) }] });
  });

  it('name another amount, a second charge, and a refund nobody here asked for', async () => {
    const [one, two, three] = [await pay(), await pay(), await pay()];
    await api.owner`update payment_attempts set amount_minor = 1998 where id = ${one.attempt.id}`;
    await chargeBesides(two.attempt.id, two);
    await api.provider.refund({
      ...{ tenantId: tenant.tenantId, refundId: newId('refund'), idempotencyKey: newId('refund') },
      ...{ providerChargeId: three.attempt.providerChargeId, amountMinor: 5, currency: 'USD' },
      deadlineAtMonotonicMs: performance.now() + 1_000,
    });
    expect(new Map(kindsOf((await reconcile()).body).map(([kind, id]) => [id, kind]))).toEqual(
      new Map([
        [one.attempt.id, 'charge_differs'],
        [two.attempt.id, 'charged_twice'],
        [three.attempt.id, 'refund_differs'],
      ]),
    );
  });
});

describe('a provider that cannot be asked', () => {
  it.each([
    ['unavailable', new ProviderError('unknown', 'timeout'), 503, 'provider_unavailable'],
    ['not configured', new ProviderError('not_sent', 'not_configured'), 409, 'provider_not_configured'],
    ['refusing', new ProviderError('not_sent', 'credentials_refused'), 409, 'provider_credentials_refused'],
  ])('is told to be %s', async (_name, error, status, code) => {
    vi.spyOn(api.provider, 'listCharges').mockRejectedValue(error);
    const answer = await reconcile();
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('who may not, and what is wrong', () => {
  it.each(['viewer', 'support', 'integrator'] as const)('%s is refused, and no provider asked', async (role) => {
    const list = vi.spyOn(api.provider, 'listCharges');
    const answer = await reconcile({}, await api.makeKey(tenant.tenantId, role));
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    expect(list).not.toHaveBeenCalled();
  });

  it.each([
    ['a range that ends before it begins', { from: at(0), to: at(-1_000) }],
    ['more than 31 days', { from: at(-32 * 24 * hourMs), to: at(0) }],
    ['no instant', { from: '2026-01-01' }],
  ])('%s is refused', async (_name, range) => {
    const answer = await reconcile(range);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });
});
