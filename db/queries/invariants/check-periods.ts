import type { Check } from './check.ts';

/** Runs of a void period were never in force: they take no part in the tiling. */
export const periodChecks: readonly Check[] = [
  {
    invariant: 'I8',
    what: 'periods leave a gap or overlap',
    rows: ({ sql, of }) => sql`
      select * from (
        select r.tenant_id, r.subscription_id, r.id, r.period_start_at, r.period_end_at,
               lag(r.period_end_at) over (partition by r.tenant_id, r.subscription_id order by r.boundary_at) as ended_at
        from billing_runs r where ${of('r')} and r.status <> 'void') t
      where ended_at <> period_start_at or period_end_at <= period_start_at`,
  },
  {
    invariant: 'I8',
    what: 'a billing run is not that of its boundary, or a boundary has two',
    rows: ({ sql, of }) => sql`
      select r.tenant_id, r.subscription_id, r.boundary_at, count(*) as runs from billing_runs r
      where ${of('r')}
      group by 1, 2, 3 having count(*) > 1 or bool_or(r.boundary_at <> r.period_start_at)`,
  },
  {
    invariant: 'I8',
    what: 'the period in force is not the one that was settled last',
    rows: ({ sql, of }) => sql`
      select s.tenant_id, s.id, s.status, s.period_start_at, s.period_end_at, r.period_start_at as run_start_at,
             r.period_end_at as run_end_at
      from subscriptions s
      left join lateral (
        select period_start_at, period_end_at from billing_runs
        where tenant_id = s.tenant_id and subscription_id = s.id and status = 'settled'
        order by boundary_at desc limit 1) r on true
      where ${of('s')} and (s.period_start_at is not null or r.period_start_at is not null)
        and (r.period_start_at is distinct from s.period_start_at or r.period_end_at is distinct from s.period_end_at)
        and not exists (
          select 1 from billing_runs k
          where k.tenant_id = s.tenant_id and k.subscription_id = s.id and k.status = 'skipped'
            and k.period_start_at = s.period_start_at and k.period_end_at = s.period_end_at)`,
  },
  {
    invariant: 'I8',
    what: 'a billing run and its invoice do not agree',
    rows: ({ sql, of }) => sql`
      select r.tenant_id, r.subscription_id, r.id, r.status, r.kind, i.unpaid, i.paid from billing_runs r
      cross join lateral (
        select count(*) filter (where status in ('draft', 'open')) as unpaid, count(*) filter (where status = 'paid') as paid
        from invoices where tenant_id = r.tenant_id and billing_run_id = r.id) i
      where ${of('r')} and case
        when r.status = 'open' then i.unpaid <> 1 or i.paid <> 0
        when r.status = 'settled' and r.kind <> 'trial' then i.unpaid <> 0 or i.paid <> 1
        when r.status = 'settled' or r.status = 'skipped' then i.unpaid <> 0 or i.paid <> 0
        else i.paid <> 0 end`,
  },
  {
    invariant: 'I8',
    what: 'an ended subscription still owes a period, or a running one has none',
    rows: ({ sql, of }) => sql`
      select s.tenant_id, s.id, s.status, s.period_start_at, count(r.id) as open_runs from subscriptions s
      left join billing_runs r on r.tenant_id = s.tenant_id and r.subscription_id = s.id and r.status = 'open'
      where ${of('s')}
      group by s.tenant_id, s.id, s.status, s.period_start_at
      having count(r.id) > 1
          or (s.status in ('canceled', 'expired', 'payment_failed') and count(r.id) > 0)
          or (s.status = 'trialing' and s.period_start_at is null)
          or (s.status = 'past_due' and count(r.id) <> 1)`,
  },
];
