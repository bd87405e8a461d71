import type { Check } from './check.ts';

export const disputeChecks: readonly Check[] = [
  {
    invariant: 'I5',
    what: 'a payment’s disputed amount is not what its open and lost disputes reserve',
    rows: ({ sql, of }) => sql`
      select p.tenant_id, p.id, p.captured_minor, p.refunded_minor, p.disputed_minor, d.claimed_minor from payments p
      cross join lateral (
        select coalesce(sum(amount_minor), 0)::bigint as claimed_minor from disputes
        where tenant_id = p.tenant_id and payment_id = p.id and status in ('open', 'lost')) d
      where ${of('p')}
        and p.disputed_minor <> least(d.claimed_minor, p.captured_minor - p.refunded_minor)`,
  },
  {
    invariant: 'I5',
    what: 'the ledger does not hold what a payment’s disputes reserve',
    rows: ({ sql, of }) => sql`
      select p.tenant_id, p.id, p.disputed_minor, coalesce(l.booked_minor, 0) as booked_minor from payments p
      left join (
        select tenant_id, payment_id, sum(amount_minor)::bigint as booked_minor from ledger_entries
        where account in ('disputes', 'dispute_losses') group by 1, 2) l
        on l.tenant_id = p.tenant_id and l.payment_id = p.id
      where ${of('p')} and p.disputed_minor <> coalesce(l.booked_minor, 0)`,
  },
  {
    invariant: 'I12',
    what: 'a dispute is about another payment’s attempt',
    rows: ({ sql, of }) => sql`
      select d.tenant_id, d.id, d.payment_id, a.payment_id as attempt_payment_id from disputes d
      join payment_attempts a on a.tenant_id = d.tenant_id and a.id = d.attempt_id
      where ${of('d')} and a.payment_id <> d.payment_id`,
  },
];
