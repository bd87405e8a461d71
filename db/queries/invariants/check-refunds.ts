import type { Check, CheckScope } from './check.ts';

/** More of its capture has gone back than was taken, for a refund given up went through after all: no line is left to credit. */
const isBeyondCapture = (sql: CheckScope['sql']) => sql`
  (select sum(o.amount_minor) from refunds o
   where o.tenant_id = r.tenant_id and o.attempt_id = r.attempt_id and o.status in ('succeeded', 'failed'))
  > (select a.amount_minor from payment_attempts a where a.tenant_id = r.tenant_id and a.id = r.attempt_id)`;

export const refundChecks: readonly Check[] = [
  {
    invariant: 'I3',
    what: 'a credit note is not the sum of its lines, or not its refund',
    rows: ({ sql, of }) => sql`
      select n.tenant_id, n.id, n.total_minor, l.lines_minor, r.amount_minor as refund_minor, r.status as refund_status
      from credit_notes n
      join refunds r on r.tenant_id = n.tenant_id and r.id = n.refund_id
      join payments p on p.tenant_id = r.tenant_id and p.id = r.payment_id
      cross join lateral (
        select coalesce(sum(amount_minor), 0)::bigint as lines_minor from credit_note_lines
        where tenant_id = n.tenant_id and credit_note_id = n.id) l
      where ${of('n')}
        and (n.total_minor <> l.lines_minor or n.total_minor <> r.amount_minor or n.currency <> r.currency
          or r.status not in ('succeeded', 'failed') or p.invoice_id <> n.invoice_id)
        and not (n.total_minor = l.lines_minor and n.total_minor < r.amount_minor and ${isBeyondCapture(sql)})`,
  },
  {
    invariant: 'I3',
    what: 'a refund is done without a credit note',
    rows: ({ sql, of }) => sql`
      select r.tenant_id, r.id, r.amount_minor from refunds r
      where ${of('r')} and r.status = 'succeeded'
        and not exists (select 1 from credit_notes n where n.tenant_id = r.tenant_id and n.refund_id = r.id)
        and not ${isBeyondCapture(sql)}`,
  },
  {
    invariant: 'I3',
    what: 'credit note numbers have a gap',
    rows: ({ sql, of }) => sql`
      select n.tenant_id, count(*) as numbered, max(n.number) as highest, max(c.last_credit_note_number) as last_number
      from credit_notes n left join invoice_counters c on c.tenant_id = n.tenant_id
      where ${of('n')}
      group by n.tenant_id
      having count(*) <> max(n.number) or max(n.number) <> coalesce(max(c.last_credit_note_number), 0)`,
  },
  {
    invariant: 'I3',
    what: 'what refunds gave back is not what the ledger says',
    rows: ({ sql, of }) => sql`
      select p.tenant_id, p.id, r.done_minor, l.ledger_minor, l.clearing_minor from payments p
      cross join lateral (
        select coalesce(sum(amount_minor), 0)::bigint as done_minor from refunds
        where tenant_id = p.tenant_id and payment_id = p.id and status = 'succeeded') r
      cross join lateral (
        select coalesce(sum(amount_minor) filter (where account = 'refunds'), 0)::bigint as ledger_minor,
               coalesce(-sum(amount_minor) filter (where account = 'provider_clearing'), 0)::bigint as clearing_minor
        from ledger_entries
        where tenant_id = p.tenant_id and payment_id = p.id and invoice_id = p.invoice_id
          and kind in ('refund', 'refund_failed')) l
      where ${of('p')} and (r.done_minor <> l.ledger_minor or r.done_minor <> l.clearing_minor)`,
  },
  {
    invariant: 'I5',
    what: 'a refund or dispute is in another currency than its payment',
    rows: ({ sql, of }) => sql`
      select r.tenant_id, r.id, r.currency, p.currency as payment_currency from refunds r
      join payments p on p.tenant_id = r.tenant_id and p.id = r.payment_id
      where ${of('r')} and r.currency <> p.currency
      union all
      select d.tenant_id, d.id, d.currency, p.currency from disputes d
      join payments p on p.tenant_id = d.tenant_id and p.id = d.payment_id
      where ${of('d')} and d.currency <> p.currency`,
  },
  {
    invariant: 'I11',
    what: 'a refund, or a payment without a subscription, has no carrier',
    rows: ({ sql, of }) => sql`
      select r.tenant_id, r.id, r.status from refunds r
      where ${of('r')} and r.status not in ('rejected', 'succeeded', 'failed')
        and not exists (select 1 from carriers c where c.tenant_id = r.tenant_id and c.refund_id = r.id)
      union all
      select p.tenant_id, p.id, p.status from payments p
      where ${of('p')} and p.subscription_id is null
        and not exists (select 1 from carriers c where c.tenant_id = p.tenant_id and c.payment_id = p.id)`,
  },
  {
    invariant: 'I11',
    what: 'a carrier’s open work is not what its refund or payment says',
    rows: ({ sql, of }) => sql`
      select c.tenant_id, c.id, c.has_open_work, r.status from carriers c
      join refunds r on r.tenant_id = c.tenant_id and r.id = c.refund_id
      where ${of('c')} and c.has_open_work <> (r.status not in ('rejected', 'succeeded', 'failed'))
      union all
      select c.tenant_id, c.id, c.has_open_work, a.status from carriers c
      join payment_attempts a on a.tenant_id = c.tenant_id and a.payment_id = c.payment_id
      where ${of('c')} and not c.has_open_work
        and a.status in ('created', 'sent', 'unknown', 'requires_action', 'not_sent', 'needs_review')`,
  },
  {
    invariant: 'I11',
    what: 'a carrier has something pending that no workflow has promised to be awake for, and no wake is owed',
    rows: ({ sql, of }) => sql`
      select c.tenant_id, c.id, c.kind, c.next_kind, c.wake_at, c.sleeping_until from carriers c
      where ${of('c')} and c.wake_at < 'infinity' and coalesce(c.sleeping_until, 'infinity') > c.wake_at
        and not exists (select 1 from intents i where i.tenant_id = c.tenant_id and i.carrier_id = c.id)
        and not exists (
          select 1 from refunds r where r.tenant_id = c.tenant_id and r.id = c.refund_id and r.lease_until >= c.wake_at)`,
  },
  {
    invariant: 'I11',
    what: 'a carrier has been due for a while and nobody was awake for it',
    rows: ({ sql, of, lateAt }) => sql`
      select c.tenant_id, c.id, c.kind, c.next_kind, c.next_at, c.wake_at from carriers c
      where ${of('c')} and c.wake_at < ${lateAt} and c.parked_at is null`,
  },
  {
    invariant: 'I10',
    what: 'the events of a payment without a subscription have a gap',
    rows: ({ sql, of }) => sql`
      select c.tenant_id, c.id, c.sequence, o.count, o.lowest, o.highest from carriers c
      cross join lateral (
        select count(*)::int as count, min(sequence) as lowest, max(sequence) as highest from outbox
        where tenant_id = c.tenant_id and message_key = c.id and sequence is not null) o
      where ${of('c')}
        and (o.count <> c.sequence or coalesce(o.highest, 0) <> c.sequence or (o.count > 0 and o.lowest <> 1))`,
  },
];
