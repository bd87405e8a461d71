import type { Check } from './check.ts';

/** Foreign keys say it of most columns, and the catalog's test of those; these ids have no foreign key to say it. */
export const tenancyChecks: readonly Check[] = [
  {
    invariant: 'I12',
    what: 'a customer’s default payment method is not its own',
    rows: ({ sql, of }) => sql`
      select c.tenant_id, c.id, c.default_payment_method_id from customers c
      where ${of('c')} and c.default_payment_method_id is not null and not exists (
        select 1 from payment_methods m
        where m.tenant_id = c.tenant_id and m.id = c.default_payment_method_id and m.customer_id = c.id)`,
  },
  {
    invariant: 'I12',
    what: 'a plan’s current price is not its own',
    rows: ({ sql, of }) => sql`
      select p.tenant_id, p.id, p.current_price_id from plans p
      where ${of('p')} and not exists (
        select 1 from prices r where r.tenant_id = p.tenant_id and r.id = p.current_price_id and r.plan_id = p.id)`,
  },
  {
    invariant: 'I12',
    what: 'a subscription’s price or payment method belongs to another plan or customer',
    rows: ({ sql, of }) => sql`
      select s.tenant_id, s.id, s.plan_id, s.price_id, s.payment_method_id from subscriptions s
      where ${of('s')} and (
        not exists (
          select 1 from prices r where r.tenant_id = s.tenant_id and r.id = s.price_id and r.plan_id = s.plan_id)
        or (s.payment_method_id is not null and not exists (
          select 1 from payment_methods m
          where m.tenant_id = s.tenant_id and m.id = s.payment_method_id and m.customer_id = s.customer_id)))`,
  },
  {
    invariant: 'I12',
    what: 'a ledger entry or message names a subscription its tenant does not have',
    rows: ({ sql, of }) => sql`
      select l.tenant_id, l.transaction_id as id, l.subscription_id from ledger_entries l
      where ${of('l')} and l.subscription_id is not null and not exists (
        select 1 from subscriptions s where s.tenant_id = l.tenant_id and s.id = l.subscription_id)
      union all
      select o.tenant_id, o.id, o.subscription_id from outbox o
      where ${of('o')} and o.subscription_id is not null and not exists (
        select 1 from subscriptions s where s.tenant_id = o.tenant_id and s.id = o.subscription_id)`,
  },
  {
    invariant: 'I12',
    what: 'an attempt collects another payment’s invoice, or a refund gives back another payment’s attempt',
    rows: ({ sql, of }) => sql`
      select a.tenant_id, a.id, a.payment_id as belongs_to from payment_attempts a
      join payments p on p.tenant_id = a.tenant_id and p.id = a.payment_id
      where ${of('a')} and (p.invoice_id <> a.invoice_id or p.subscription_id is distinct from a.subscription_id)
      union all
      select r.tenant_id, r.id, r.payment_id from refunds r
      join payment_attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
      where ${of('r')} and a.payment_id <> r.payment_id`,
  },
  {
    invariant: 'I12',
    what: 'a payment, refund, credit note or carrier belongs to another customer or subscription than what it is about',
    rows: ({ sql, of }) => sql`
      select p.tenant_id, p.id, p.customer_id, i.customer_id as other_customer_id from payments p
      join invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
      where ${of('p')} and (p.customer_id <> i.customer_id or p.subscription_id is distinct from i.subscription_id)
      union all
      select r.tenant_id, r.id, r.subscription_id, p.subscription_id from refunds r
      join payments p on p.tenant_id = r.tenant_id and p.id = r.payment_id
      where ${of('r')} and r.subscription_id is distinct from p.subscription_id
      union all
      select q.tenant_id, q.id, q.customer_id, p.customer_id from refund_requests q
      join payments p on p.tenant_id = q.tenant_id and p.id = q.payment_id
      where ${of('q')} and q.customer_id <> p.customer_id
      union all
      select n.tenant_id, n.id, n.customer_id, i.customer_id from credit_notes n
      join invoices i on i.tenant_id = n.tenant_id and i.id = n.invoice_id
      where ${of('n')} and n.customer_id <> i.customer_id
      union all
      select c.tenant_id, c.id, c.customer_id, p.customer_id from carriers c
      left join refunds r on r.tenant_id = c.tenant_id and r.id = c.refund_id
      join payments p on p.tenant_id = c.tenant_id and p.id = coalesce(c.payment_id, r.payment_id)
      where ${of('c')} and (c.customer_id <> p.customer_id or c.id <> coalesce(c.payment_id, c.refund_id))`,
  },
  {
    invariant: 'I12',
    what: 'a role that is given is a custom one its tenant does not have',
    rows: ({ sql, of }) => {
      const unknownRoles = (table: string) => sql`
        select g.tenant_id, g.id, g.role from ${sql(table)} g
        where ${of('g')} and g.role like 'role\\_%' and not exists (
          select 1 from custom_roles r where r.tenant_id = g.tenant_id and r.id = g.role)`;
      // What opens nothing any more does not keep a role from being deleted.
      return sql`
        ${unknownRoles('memberships')}
        union all ${unknownRoles('invitations')} and g.status = 'open' and g.expires_at > clock_timestamp()
        union all ${unknownRoles('oauth_clients')} and g.revoked_at is null
        union all ${unknownRoles('api_keys')} and g.revoked_at is null
          and (g.expires_at is null or g.expires_at > clock_timestamp())`;
    },
  },
  {
    invariant: 'I12',
    what: 'an API key is replaced by one its tenant does not have',
    rows: ({ sql, of }) => sql`
      select k.tenant_id, k.id, k.replaced_by from api_keys k
      where ${of('k')} and k.replaced_by is not null and not exists (
        select 1 from api_keys n where n.tenant_id = k.tenant_id and n.id = k.replaced_by)`,
  },
  {
    invariant: 'I12',
    what: 'a tenant’s other half does not name it back',
    rows: ({ sql, of }) => sql`
      select t.tenant_id, t.tenant_id as id, t.pair_id from tenants t
      where ${of('t')} and t.pair_id is not null and not exists (
        select 1 from tenants p where p.tenant_id = t.pair_id and p.pair_id = t.tenant_id)`,
  },
];
