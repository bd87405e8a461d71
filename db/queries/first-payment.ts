import type { SubscriptionId } from '../../domain/ids.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import type { AttemptRow, PaymentRow, SubscriptionRow } from './billing-rows.ts';

/** A subscription with its first payment and that payment's latest attempt. */
export async function loadFirstPayment(
  tx: TenantTransaction,
  id: SubscriptionId,
): Promise<{ sub: SubscriptionRow; payment: PaymentRow | null; attempt: AttemptRow | null } | null> {
  const { sql, tenantId } = tx;
  const [[sub], [payment]] = await Promise.all([
    sql<SubscriptionRow[]>`select * from subscriptions where tenant_id = ${tenantId} and id = ${id}`,
    sql<
      PaymentRow[]
    >`select * from payments where tenant_id = ${tenantId} and subscription_id = ${id} order by id limit 1`,
  ]);
  if (!sub) return null;
  if (!payment) return { sub, payment: null, attempt: null };
  const [attempt] = await sql<AttemptRow[]>`
    select * from payment_attempts where tenant_id = ${tenantId} and payment_id = ${payment.id} order by number desc limit 1`;
  return { sub, payment, attempt: attempt ?? null };
}
