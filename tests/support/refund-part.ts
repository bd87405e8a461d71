import { reserveOnPayment } from '../../billing/refunds/reserve-on-payment.ts';
import { newId } from '../../db/new-id.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { PaymentId, SubscriptionId } from '../../domain/ids.ts';
import type { BillingFixture } from './billing-fixture.ts';
import { driveSteps } from './drive-steps.ts';

/** A part of the last payment, carried out by the refund's own steps. */
export async function refundPart(fixture: Omit<BillingFixture, 'close'>, of: SubscriptionId): Promise<void> {
  const { context, call, tenantId, owner } = fixture;
  const [payment] = await owner<{ id: PaymentId }[]>`
    select id from payments where subscription_id = ${of} order by id desc limit 1`;
  const id = newId('refund');
  const input = { amountMinor: 500, reason: null, note: null, id };
  await withTenant(context.database, tenantId, (tx) =>
    reserveOnPayment(tx, call.caller, payment?.id as PaymentId, input),
  );
  await driveSteps(context, { tenantId, carrierId: id, carries: 'refund' });
}
