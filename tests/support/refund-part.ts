import { reserveOnPayment } from '../../billing/refunds/reserve-on-payment.ts';
import { newId } from '../../db/new-id.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { PaymentId, SubscriptionId } from '../../domain/ids.ts';
import type { CarrierRef } from '../../domain/workflow-ref.ts';
import type { BillingFixture } from './billing-fixture.ts';
import { driveSteps } from './drive-steps.ts';

type Fixture = Omit<BillingFixture, 'close'>;

/** A part of the last payment, asked for and not carried out. */
export async function reservePart(
  { context, call, tenantId, owner }: Fixture,
  of: SubscriptionId,
): Promise<CarrierRef> {
  const [payment] = await owner<{ id: PaymentId }[]>`
    select id from payments where subscription_id = ${of} order by id desc limit 1`;
  const id = newId('refund');
  const input = { amountMinor: 500, reason: null, note: null, id };
  await withTenant(context.database, tenantId, (tx) =>
    reserveOnPayment(tx, call.caller, payment?.id as PaymentId, input),
  );
  return { tenantId, carrierId: id, carries: 'refund' };
}

/** The same, carried out by the refund's own steps. */
export async function refundPart(fixture: Fixture, of: SubscriptionId): Promise<void> {
  await driveSteps(fixture.context, await reservePart(fixture, of));
}
