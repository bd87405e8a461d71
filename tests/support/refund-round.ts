import { expect } from 'vitest';
import type { RefundRow } from '../../db/queries/billing-rows.ts';
import type { PaymentId, RefundId, TenantId } from '../../domain/ids.ts';
import { subscribe } from './api-fixtures.ts';
import type { ApiHarness } from './api-harness.ts';
import type { ApiAnswer } from './call-api.ts';
import { expectInvariants } from './expect-invariants.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';

const capturedMinor = 1_999;
const outcomes = [
  ...['ok', 'ok', 'ok', 'reject:expired_card', 'slow:50', 'pending:100', 'pending_reject:100'],
  ...['timeout_after', 'error_after', 'timeout_before', 'error_before', 'unreachable'],
];

interface Click {
  paymentId: string;
  key: string;
  idempotencyKey: string;
  body: { amount?: number };
}

/**
 * F23. Many administrators give parts of two payments back at once, some clicking twice with one key, while the provider refuses,
 * delays and loses its answers. A key makes one refund, and never goes more back than was captured, here and at the provider.
 */
export async function runRefundRound(api: ApiHarness, seed: number): Promise<{ clicks: number; refunded: number }> {
  const random = createSeededRandom(seed);
  const { tenantId, apiKey } = await api.makeTenant();
  const keys = await Promise.all((['owner', 'admin', 'finance'] as const).map((role) => api.makeKey(tenantId, role)));
  const paid = [await subscribe(api, { tenantId, apiKey }), await subscribe(api, { tenantId, apiKey })];
  const next = Array.from({ length: 12 }, () => random.pick(outcomes));
  api.provider.script({ operation: 'refund', tenantId, next });

  const paymentIds = paid.map(({ paymentId }) => paymentId);
  const clicks = drawClicks(random, { keys, paymentIds });
  const answers = await Promise.all(
    clicks.map(({ paymentId, key, idempotencyKey, body }) =>
      api.call('POST', `/v1/payments/${paymentId}/refunds`, {
        key,
        body,
        headers: { 'idempotency-key': idempotencyKey },
      }),
    ),
  );
  expectOnePerKey(clicks, answers);
  await driveRefunds(api, tenantId);

  const refunds = await api.owner<RefundRow[]>`select * from refunds where tenant_id = ${tenantId}`;
  const accepted = new Set(answers.flatMap(({ body }) => (body.refund_id === undefined ? [] : [body.refund_id])));
  expect(new Set(refunds.map(({ id }) => id as string)), 'every refund was answered to somebody').toEqual(accepted);
  for (const paymentId of paymentIds) await expectWithinCaptured(api, paymentId as PaymentId, refunds);
  await expectInvariants({ owner: api.owner, provider: api.provider, tenantId });
  return { clicks: clicks.length, refunded: refunds.filter(({ status }) => status === 'succeeded').length };
}

function drawClicks(random: SeededRandom, of: { keys: string[]; paymentIds: string[] }): Click[] {
  const once = Array.from({ length: 8 + random.below(17) }, (): Click => {
    const amount = random.below(6) === 0 ? {} : { amount: 1 + random.below(900) };
    const by = { paymentId: random.pick(of.paymentIds), key: random.pick(of.keys) };
    return { ...by, idempotencyKey: crypto.randomUUID(), body: amount };
  });
  const twice = once.filter(() => random.next() < 0.3);
  return random.shuffle([...once, ...twice, ...twice]);
}

function expectOnePerKey(clicks: readonly Click[], answers: readonly ApiAnswer[]): void {
  const refused = answers.filter(({ status }) => status !== 201 && status !== 202);
  expect(refused.filter(({ status, body }) => status !== 422 || body.code !== 'refund_exceeds_captured')).toEqual([]);
  const byKey = Map.groupBy(answers, (answer) => clicks[answers.indexOf(answer)]?.idempotencyKey);
  for (const [key, own] of byKey) {
    const said = own.map(({ status, body }) => (status === 422 ? body.code : body.refund_id));
    expect(new Set(said).size, `the answers to key ${key}`).toBe(1);
  }
}

/** As their workflows do, without the minutes between two tries, until the provider has said of each what became of it. */
async function driveRefunds(api: ApiHarness, tenantId: TenantId): Promise<void> {
  const driveOpen = async () => {
    const open = await api.owner<{ id: RefundId }[]>`
      update refunds set resolve_at = now()
      where tenant_id = ${tenantId} and status not in ('succeeded', 'rejected', 'failed') and lease_until is null returning id`;
    await api.owner`
      update carriers set wake_at = now() where tenant_id = ${tenantId} and refund_id = any(${open.map(({ id }) => id)}::text[])`;
    await Promise.all(open.map(({ id }) => api.wake({ tenantId, carrierId: id, carries: 'refund' })));
    const left = await api.owner`
      select id, status from refunds where tenant_id = ${tenantId} and status not in ('succeeded', 'rejected', 'failed')`;
    return [...left];
  };
  await expect.poll(driveOpen, { timeout: 30_000, interval: 100 }).toEqual([]);
}

async function expectWithinCaptured(api: ApiHarness, id: PaymentId, refunds: readonly RefundRow[]): Promise<void> {
  const own = refunds.filter(({ paymentId }) => paymentId === id);
  const sumOf = (rows: readonly RefundRow[]) => rows.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const done = own.filter(({ status }) => status === 'succeeded');
  const reserved = sumOf(own.filter(({ status }) => status !== 'rejected' && status !== 'failed'));
  expect(reserved).toBeLessThanOrEqual(capturedMinor);
  const [payment] = await api.owner<{ refundedMinor: number; attemptId: string; tenantId: string }[]>`
    select p.refunded_minor, p.tenant_id, a.id as attempt_id from payments p
    join payment_attempts a on a.tenant_id = p.tenant_id and a.payment_id = p.id where p.id = ${id}`;
  expect(payment?.refundedMinor).toBe(reserved);
  const { charges } = await api.provider.listCharges({ tenantId: payment?.tenantId as never, limit: 100 });
  const theirs = charges.find(({ attemptId }) => attemptId === payment?.attemptId);
  expect(theirs?.refundedMinor, 'the provider gave back what we say').toBe(sumOf(done));
}
