import type { AttemptId, CustomerId, PaymentId } from '../../domain/ids.ts';
import { DAY_MS, type Instant } from '../../domain/instant.ts';
import type { OurCharge } from '../../domain/payments/charge-difference.ts';
import type { Sql } from '../database.ts';
import { firstIdAt } from '../new-id.ts';

/** An attempt as our books have it, to be held against the provider's. */
export interface BookedCharge extends OurCharge {
  id: AttemptId;
  paymentId: PaymentId;
  customerId: CustomerId;
  leaseUntil: Instant | null;
  firstSentAt: Instant | null;
}

const booked = (sql: Sql, refundedBefore: Instant) => sql`
  select a.id, a.payment_id, p.customer_id, a.status, a.provider_charge_id, a.amount_minor, a.currency, a.lease_until,
         a.first_sent_at, coalesce(r.refunded_minor, 0)::bigint as refunded_minor,
         coalesce(r.refunding_minor, 0)::bigint as refunding_minor
  from payment_attempts a
  join payments p on p.tenant_id = a.tenant_id and p.id = a.payment_id
  left join lateral (
    select sum(amount_minor) filter (where status = 'succeeded' and settled_at < ${new Date(refundedBefore)}) as refunded_minor,
           sum(amount_minor) filter (where status <> 'rejected'
             and not (status in ('succeeded', 'failed') and settled_at < ${new Date(refundedBefore)})) as refunding_minor
    from refunds where tenant_id = a.tenant_id and payment_id = a.payment_id and attempt_id = a.id) r on true`;

/** How much earlier than it was first sent an attempt may have been made: providers away, accounts to be mended. */
const waitMaxMs = 31 * DAY_MS;

/** What succeeded here and was first sent in `[from, to)`, real time, the oldest first. Their ids tell when they were made. */
export function listBookedCharges(
  sql: Sql,
  of: { provider: string; from: Instant; to: Instant; refundedBefore: Instant; limit: number },
): PromiseLike<BookedCharge[]> {
  return sql<BookedCharge[]>`${booked(sql, of.refundedBefore)}
    where a.status = 'succeeded' and a.provider = ${of.provider}
      and a.first_sent_at >= ${new Date(of.from)} and a.first_sent_at < ${new Date(of.to)}
      and a.id >= ${firstIdAt('attempt', Math.max(0, of.from - waitMaxMs))} and a.id < ${firstIdAt('attempt', of.to + DAY_MS)}
    order by a.first_sent_at, a.id limit ${of.limit}`.then((rows) => [...rows]);
}

export function findBookedCharges(
  sql: Sql,
  of: { provider: string; ids: readonly string[]; refundedBefore: Instant },
): PromiseLike<BookedCharge[]> {
  return sql<BookedCharge[]>`${booked(sql, of.refundedBefore)}
    where a.provider = ${of.provider} and a.id = any(${of.ids as string[]}::text[])`.then((rows) => [...rows]);
}
