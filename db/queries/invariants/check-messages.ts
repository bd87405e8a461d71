import type { Check } from './check.ts';

export const messageChecks: readonly Check[] = [
  {
    invariant: 'I10',
    what: 'the events of a subscription have a gap',
    rows: ({ sql, of }) => sql`
      select s.tenant_id, s.id, s.sequence, o.count, o.lowest, o.highest from subscriptions s
      cross join lateral (
        select count(*)::int as count, min(sequence) as lowest, max(sequence) as highest from outbox
        where tenant_id = s.tenant_id and subscription_id = s.id and sequence is not null) o
      where ${of('s')}
        and (o.count <> s.sequence or coalesce(o.highest, 0) <> s.sequence or (o.count > 0 and o.lowest <> 1))`,
  },
  {
    invariant: 'I10',
    what: 'an event is not published',
    rows: ({ sql, of, lateAt }) => sql`
      select o.tenant_id, o.id, o.topic, o.created_at from outbox o
      where ${of('o')} and o.published_at is null and o.created_at < ${lateAt}`,
  },
  {
    invariant: 'I9',
    what: 'a provider’s notification is neither handled nor dead-lettered',
    rows: ({ sql, of, lateAt }) => sql`
      select n.tenant_id, n.id, n.provider, n.provider_event_id, n.tries, n.error, n.received_at from inbox n
      where ${of('n')} and n.status = 'received' and n.published_at < ${lateAt}`,
  },
  {
    invariant: 'I9',
    what: 'a provider’s notification is in the inbox more than once',
    rows: ({ sql, of }) => sql`
      select n.tenant_id, n.provider, n.endpoint, n.provider_event_id, array_agg(n.id) as ids from inbox n
      where ${of('n')}
      group by 1, 2, 3, 4 having count(*) > 1`,
  },
  {
    invariant: 'I9',
    what: 'a provider’s notification is said to be handled or dead, and nothing says when or why',
    rows: ({ sql, of }) => sql`
      select n.tenant_id, n.id, n.provider, n.status, n.processed_at, n.error from inbox n
      where ${of('n')} and case n.status
        when 'received' then n.processed_at is not null
        when 'processed' then n.processed_at is null
        when 'ignored' then n.processed_at is null
        when 'dead' then n.processed_at is not null or n.error is null
        else n.status <> 'discarded' end`,
  },
  {
    invariant: 'I10',
    what: 'a provider’s notification is not published',
    rows: ({ sql, of, lateAt }) => sql`
      select n.tenant_id, n.provider, n.endpoint, n.provider_event_id, n.received_at from inbox n
      where ${of('n')} and n.published_at is null and n.received_at < ${lateAt}`,
  },
  {
    invariant: 'I11',
    what: 'something is pending that no workflow has promised to be awake for, and no wake is owed',
    rows: ({ sql, of }) => sql`
      select s.tenant_id, s.id, s.status, s.next_kind, s.wake_at, s.sleeping_until from subscriptions s
      where ${of('s')} and s.wake_at < 'infinity' and coalesce(s.sleeping_until, 'infinity') > s.wake_at
        and not exists (select 1 from intents i where i.tenant_id = s.tenant_id and i.subscription_id = s.id)
        and not exists (
          select 1 from payment_attempts a
          where a.tenant_id = s.tenant_id and a.subscription_id = s.id and a.status = 'sent' and a.lease_until > s.updated_at)`,
  },
  {
    invariant: 'I11',
    what: 'something has been due for a while and nobody was awake for it',
    rows: ({ sql, of, lateAt }) => sql`
      select s.tenant_id, s.id, s.status, s.next_kind, s.next_at, s.wake_at from subscriptions s
      where ${of('s')} and s.wake_at < ${lateAt} and s.parked_at is null`,
  },
  {
    invariant: 'I11',
    what: 'a wake or start is owed and nobody delivers it',
    rows: ({ sql, of, lateAt }) => sql`
      select i.tenant_id, i.id, i.subscription_id, i.kind, i.due_at, i.tries, i.last_error from intents i
      where ${of('i')} and i.due_at < ${lateAt}`,
  },
];
