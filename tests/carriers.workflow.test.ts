import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProviderError } from '../adapters/payments/provider-error.ts';
import { createManualInvoice } from '../billing/manual-invoices/create-manual-invoice.ts';
import { reserveOnPayment } from '../billing/refunds/reserve-on-payment.ts';
import { cancelSubscription } from '../billing/subscriptions/cancel-subscription.ts';
import { newId } from '../db/new-id.ts';
import { withTenant } from '../db/with-tenant.ts';
import type { CustomerId, PaymentId } from '../domain/ids.ts';
import { DAY_MS, HOUR_MS } from '../domain/instant.ts';
import { type FixturePools, openFixturePools } from './support/billing-fixture.ts';
import { stackEnv } from './support/stack-env.ts';
import { startWorkflowHarness, type WorkflowHarness } from './support/workflow-harness.ts';
import { openWorkflowLife, type WorkflowLife } from './support/workflow-life.ts';

let harness: WorkflowHarness;
let pools: FixturePools;
beforeAll(async () => {
  const { databaseUrl, appDatabaseUrl } = stackEnv();
  pools = openFixturePools({ ownerUrl: databaseUrl, appUrl: appDatabaseUrl });
  harness = await startWorkflowHarness();
});
afterAll(async () => {
  await harness.stop();
  await pools.close();
});

async function refundOf(life: WorkflowLife, paymentId: PaymentId) {
  const id = newId('refund');
  const input = { amountMinor: 500, reason: null, note: null, id };
  const { intents } = await withTenant(life.context.database, life.tenantId, (tx) =>
    reserveOnPayment(tx, life.call.caller, paymentId, input),
  );
  life.context.sendIntents(intents);
  return { tenantId: life.tenantId, carrierId: id, carries: 'refund' as const };
}

it('carries a refund by its own workflow, which outlives its subscription’s and looks before it sends again', async () => {
  const life = await openWorkflowLife(harness, pools, '2026-01-31T10:00:00.000Z');
  try {
    const { id } = await life.subscribe();
    await life.settle();
    const [payment] = await life.rows('payments', id);
    const { refund } = life.provider;
    life.provider.refund = async (request) => {
      await refund.call(life.provider, request);
      throw new ProviderError('unknown', 'timeout');
    };
    const ref = await refundOf(life, payment?.id as PaymentId);
    await life.settle();
    await cancelSubscription(life.context, life.call, id, { reason: null, at: 'now' });
    await life.settle();
    await expect.poll(() => harness.isOpen(life.ref(id)), { timeout: 10_000 }).toBe(false);
    expect(await harness.isOpen(ref)).toBe(true);
    await life.live(HOUR_MS);
    await expect.poll(() => harness.isOpen(ref), { timeout: 10_000 }).toBe(false);
    expect(await harness.result(ref)).toBe('Ended: succeeded · 5.00 USD');
    expect(await life.rows('refunds', id)).toMatchObject([{ status: 'succeeded', resolveCount: 2 }]);
    const described = await harness.describe(ref);
    expect(described.memo).toMatchObject({ lastResult: 'Refunded 5.00 USD' });
  } finally {
    await life.close();
  }
});

it('collects a payment without a subscription by its own workflow, through the whole ladder', async () => {
  const life = await openWorkflowLife(harness, pools, '2026-01-31T10:00:00.000Z');
  try {
    const { customerId } = await life.makeCustomer({ token: 'tok_insufficient_funds' });
    await createManualInvoice(life.context, life.call, {
      ...{ customerId: customerId as CustomerId, subscriptionId: null, currency: 'USD', memo: null, collect: true },
      lines: [{ description: 'Set-up', amountMinor: 5_000, quantity: 1 }],
    });
    await life.settle();
    const [payment] = await life.owner`select * from payments where tenant_id = ${life.tenantId}`;
    expect(payment).toMatchObject({ status: 'failed', attemptsCount: 1, amountMinor: 5_000 });
    const ref = { tenantId: life.tenantId, carrierId: payment?.['id'] as string, carries: 'payment' as const };
    expect(await harness.isOpen(ref)).toBe(true);
    for (const days of [2, 3, 5, 8, 15]) await life.live(days * DAY_MS);
    const [given] = await life.owner`select * from payments where tenant_id = ${life.tenantId}`;
    expect(given).toMatchObject({ status: 'failed_permanent', attemptsCount: 5 });
    await expect.poll(() => harness.isOpen(ref), { timeout: 10_000 }).toBe(false);
  } finally {
    await life.close();
  }
});
