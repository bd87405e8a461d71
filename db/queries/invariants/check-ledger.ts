import type { Check } from './check.ts';

export const ledgerChecks: readonly Check[] = [
  {
    invariant: 'I1',
    what: 'a ledger transaction does not balance',
    rows: ({ sql, of }) => sql`
      select l.tenant_id, l.transaction_id, l.currency, sum(l.amount_minor)::bigint as off_by
      from ledger_entries l where ${of('l')}
      group by 1, 2, 3 having sum(l.amount_minor) <> 0`,
  },
  {
    invariant: 'I2',
    what: 'the accounts of a tenant do not sum to zero',
    rows: ({ sql, of }) => sql`
      select l.tenant_id, l.currency, sum(l.amount_minor)::bigint as off_by
      from ledger_entries l where ${of('l')}
      group by 1, 2 having sum(l.amount_minor) <> 0`,
  },
  {
    invariant: 'I3',
    what: 'an invoice’s total is not the sum of its lines',
    rows: ({ sql, of }) => sql`
      select i.tenant_id, i.id, i.status, i.total_minor, i.subtotal_minor, i.credit_used_minor, l.lines_minor
      from invoices i
      cross join lateral (
        select coalesce(sum(amount_minor), 0)::bigint as lines_minor from invoice_lines
        where tenant_id = i.tenant_id and invoice_id = i.id) l
      where ${of('i')}
        and (i.total_minor <> l.lines_minor or i.total_minor <> i.subtotal_minor - i.credit_used_minor or i.total_minor < 0)`,
  },
  {
    invariant: 'I3',
    what: 'an invoice is paid by more or less than its total, or paid without being so',
    rows: ({ sql, of }) => sql`
      select i.tenant_id, i.id, i.status, i.total_minor, i.amount_paid_minor from invoices i
      where ${of('i')} and i.amount_paid_minor <> case i.status when 'paid' then i.total_minor else 0 end`,
  },
  {
    invariant: 'I3',
    what: 'an invoice’s status does not agree with the ledger',
    rows: ({ sql, of }) => sql`
      select i.tenant_id, i.id, i.status, i.total_minor, l.* from invoices i
      cross join lateral (
        select coalesce(sum(amount_minor) filter (where account = 'receivable'), 0)::bigint as owed_minor,
               coalesce(sum(amount_minor) filter (where account = 'revenue' and kind in ('invoice', 'invoice_voided')), 0)::bigint
                 as revenue_minor
        from ledger_entries where tenant_id = i.tenant_id and invoice_id = i.id) l
      where ${of('i')}
        and (l.owed_minor <> case i.status when 'open' then i.total_minor else 0 end
          or l.revenue_minor <> case when i.status in ('draft', 'void') then 0 else -i.subtotal_minor end)`,
  },
  {
    invariant: 'I3',
    what: 'invoice numbers have a gap, or an issued invoice has none',
    rows: ({ sql, of }) => sql`
      select i.tenant_id, count(i.number) as numbered, max(i.number) as highest, c.last_number,
             count(*) filter (where i.number is null and i.status in ('open', 'paid', 'uncollectible')) as unnumbered
      from invoices i left join invoice_counters c on c.tenant_id = i.tenant_id
      where ${of('i')}
      group by i.tenant_id, c.last_number
      having count(i.number) <> coalesce(max(i.number), 0) or coalesce(max(i.number), 0) <> coalesce(c.last_number, 0)
          or count(*) filter (where i.number is null and i.status in ('open', 'paid', 'uncollectible')) > 0`,
  },
  {
    invariant: 'I3',
    what: 'a subscription’s credit balance is not what the ledger owes it',
    rows: ({ sql, of }) => sql`
      select s.tenant_id, s.id, s.credit_balance_minor, l.owed_minor, d.reserved_minor from subscriptions s
      cross join lateral (
        select coalesce(-sum(amount_minor), 0)::bigint as owed_minor from ledger_entries
        where tenant_id = s.tenant_id and subscription_id = s.id and account = 'credit_balance') l
      cross join lateral (
        select coalesce(sum(credit_used_minor), 0)::bigint as reserved_minor from invoices
        where tenant_id = s.tenant_id and subscription_id = s.id and status = 'draft') d
      where ${of('s')} and s.credit_balance_minor <> l.owed_minor - d.reserved_minor`,
  },
];
