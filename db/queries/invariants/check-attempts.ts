import { refundCallsMax } from '../../../domain/refunds/ask-schedule.ts';
import type { Check } from './check.ts';

export const attemptChecks: readonly Check[] = [
  {
    invariant: 'I4',
    what: 'an invoice has more than one succeeded attempt that is not surplus',
    rows: ({ sql, of }) => sql`
      select a.tenant_id, a.invoice_id, array_agg(a.id) as attempts from payment_attempts a
      where ${of('a')} and a.status = 'succeeded' and not a.surplus
      group by 1, 2 having count(*) > 1`,
  },
  {
    invariant: 'I4',
    what: 'a capture neither pays its invoice nor goes back in full',
    rows: ({ sql, of }) => sql`
      select a.tenant_id, a.id, a.invoice_id, i.status as invoice_status, a.surplus from payment_attempts a
      join invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
      where ${of('a')} and a.status = 'succeeded' and (i.status <> 'paid' or a.surplus)
        and not exists (
          select 1 from refunds r
          where r.tenant_id = a.tenant_id and r.attempt_id = a.id and r.amount_minor = a.amount_minor)`,
  },
  {
    invariant: 'I4',
    what: 'an invoice with a total is paid without a succeeded attempt',
    rows: ({ sql, of }) => sql`
      select i.tenant_id, i.id, i.amount_paid_minor from invoices i
      where ${of('i')} and i.status = 'paid' and i.amount_paid_minor > 0
        and i.amount_paid_minor <> (
          select coalesce(sum(amount_minor), 0) from payment_attempts
          where tenant_id = i.tenant_id and invoice_id = i.id and status = 'succeeded' and not surplus)`,
  },
  {
    invariant: 'I4',
    what: 'an attempt is open although its invoice is decided',
    rows: ({ sql, of }) => sql`
      select a.tenant_id, a.id, a.status, i.status as invoice_status from payment_attempts a
      join invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
      where ${of('a')} and a.status in ('created', 'not_sent') and i.status in ('paid', 'void', 'uncollectible')`,
  },
  {
    invariant: 'I5',
    what: 'a payment’s captured or reserved amounts do not agree with its attempts, refunds and disputes',
    rows: ({ sql, of }) => sql`
      select p.tenant_id, p.id, p.captured_minor, p.refunded_minor, p.disputed_minor, a.succeeded_minor,
             r.reserved_minor, d.held_minor
      from payments p
      cross join lateral (
        select coalesce(sum(amount_minor), 0)::bigint as succeeded_minor from payment_attempts
        where tenant_id = p.tenant_id and payment_id = p.id and status = 'succeeded') a
      cross join lateral (
        select coalesce(sum(amount_minor), 0)::bigint as reserved_minor from refunds
        where tenant_id = p.tenant_id and payment_id = p.id and status not in ('rejected', 'failed')) r
      cross join lateral (
        select coalesce(sum(amount_minor), 0)::bigint as held_minor from disputes
        where tenant_id = p.tenant_id and payment_id = p.id and status in ('open', 'lost')) d
      where ${of('p')}
        and (p.captured_minor <> a.succeeded_minor or p.refunded_minor <> least(p.captured_minor, r.reserved_minor)
          or p.disputed_minor > d.held_minor or r.reserved_minor + p.disputed_minor > p.captured_minor)`,
  },
  {
    invariant: 'I5',
    what: 'a refund reserves more of a capture than it took',
    rows: ({ sql, of }) => sql`
      select a.tenant_id, a.id, a.amount_minor, sum(r.amount_minor)::bigint as reserved_minor from payment_attempts a
      join refunds r on r.tenant_id = a.tenant_id and r.attempt_id = a.id and r.status not in ('rejected', 'failed')
      where ${of('a')}
      group by a.tenant_id, a.id, a.amount_minor having sum(r.amount_minor) > a.amount_minor`,
  },
  {
    invariant: 'I7',
    what: 'an open attempt was due to be taken further, and was not',
    rows: ({ sql, of, lateAt }) => sql`
      select a.tenant_id, a.id, a.status, a.send_at, a.lease_until, a.resolve_at from payment_attempts a
      left join subscriptions s on s.tenant_id = a.tenant_id and s.id = a.subscription_id
      left join carriers c on c.tenant_id = a.tenant_id and c.id = a.payment_id
      where ${of('a')}
        and case a.status
          when 'created' then coalesce(s.parked_at, c.parked_at) is null and coalesce(a.send_at, a.created_at) < ${lateAt}
          when 'not_sent' then coalesce(s.parked_at, c.parked_at) is null and coalesce(a.send_at, a.created_at) < ${lateAt}
          when 'sent' then coalesce(a.lease_until, '-infinity') < ${lateAt}
          when 'unknown' then coalesce(a.resolve_at, '-infinity') < ${lateAt}
          else false end`,
  },
  {
    invariant: 'I7',
    what: 'an authentication is open past its end',
    rows: ({ sql, of, lateAt }) => sql`
      select a.tenant_id, a.id, a.expires_at, k.frozen_at from payment_attempts a
      left join test_clocks k on k.tenant_id = a.tenant_id and k.scope = a.subscription_id
      where ${of('a')} and a.status = 'requires_action'
        and greatest(a.expires_at, coalesce(a.send_at, '-infinity')) < least(coalesce(k.frozen_at, ${lateAt}), ${lateAt})`,
  },
  {
    invariant: 'I7',
    what: 'an open refund was due to be taken further, and was not',
    rows: ({ sql, of, lateAt }) => sql`
      select r.tenant_id, r.id, r.status, r.lease_until, r.resolve_at from refunds r
      left join carriers c on c.tenant_id = r.tenant_id and c.id = r.id
      where ${of('r')} and c.parked_at is null and r.status in ('requested', 'sent', 'unknown', 'pending')
        and coalesce(case r.status when 'sent' then r.lease_until else r.resolve_at end, r.created_at) < ${lateAt}`,
  },
  {
    invariant: 'I7',
    what: 'a refund was asked for as often as its schedule says, and no person has it',
    rows: ({ sql, of }) => sql`
      select r.tenant_id, r.id, r.status, r.resolve_count, r.first_sent_at from refunds r
      where ${of('r')} and r.status in ('unknown', 'pending') and r.resolve_count >= ${refundCallsMax}`,
  },
];
