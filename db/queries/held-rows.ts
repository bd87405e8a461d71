import type { TenantTransaction } from '../with-tenant.ts';

/**
 * Subscriptions, and payments without one, that slept past what was due, oldest first: late from now on, so that the safety net wakes them in its own
 * measure. The row's lock is not waited for: who has it, decides anew. Resolves to how many there were.
 */
export async function bringForwardHeld({ sql, tenantId, now }: TenantTransaction, limit: number): Promise<number> {
  const late = sql`tenant_id = ${tenantId} and next_at <= ${now} and wake_at > ${now} and wake_at < 'infinity'
    and parked_at is null`;
  const subscriptions = await sql`
    update subscriptions set wake_at = next_at where (tenant_id, id) in (
      select tenant_id, id from subscriptions where ${late} order by next_at limit ${limit} for update skip locked)
    returning 1`;
  const payments = await sql`
    update carriers set wake_at = next_at where (tenant_id, id) in (
      select tenant_id, id from carriers where ${late} and kind = 'payment'
      order by next_at limit ${limit} for update skip locked)
    returning 1`;
  return Math.max(subscriptions.length, payments.length);
}
