import type { BillingRunId, EventId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Transaction } from '../database.ts';
import { type TenantDatabase, withTenant } from '../with-tenant.ts';
import type { AttemptRow, BillingRunRow, InvoiceRow, PaymentRow } from './billing-rows.ts';
import type { TimelineEntry } from './history.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';
import type { WebhookRow } from './webhooks.ts';

type OfRun<Row> = Row & { runId: BillingRunId };

export interface EventOfRun {
  id: EventId;
  sequence: number | null;
  topic: string;
  occurredAt: Instant;
  publishedAt: Instant | null;
  invoiceId: string | null;
  paymentId: string | null;
  attemptNumber: number | null;
}

/** Some billing runs of one subscription with all that came of them, each list in the order it happened. */
export interface StoryOfRuns {
  page: Page<BillingRunRow>;
  invoices: OfRun<InvoiceRow>[];
  payments: PaymentRow[];
  attempts: AttemptRow[];
  webhooks: (WebhookRow & { attemptId: string })[];
  entries: OfRun<TimelineEntry>[];
  events: OfRun<EventOfRun>[];
}

interface Wanted {
  sql: Transaction;
  id: SubscriptionId;
  runIds: readonly string[];
}

/** Null when the tenant has no such subscription. */
export function readStoryOfRuns(
  database: TenantDatabase,
  tenantId: TenantId,
  of: { id: SubscriptionId; page: PageRequest; withWebhooks: boolean },
): Promise<StoryOfRuns | null> {
  return withTenant(database, tenantId, async ({ sql }) => {
    const { id, page: asked } = of;
    const [known, rows] = await Promise.all([
      sql`select 1 from subscriptions where id = ${id}`,
      sql<BillingRunRow[]>`
        select * from billing_runs
        where subscription_id = ${id} ${asked.beforeId === null ? sql`` : sql`and ordinal < (select ordinal from billing_runs where id = ${asked.beforeId})`}
        order by ordinal desc limit ${asked.limit + 1}`,
    ]);
    if (known.length === 0) return null;
    const page = pageFrom(rows, asked.limit);
    const wanted = { sql, id, runIds: page.rows.map((run) => run.id as string) };
    const [invoices, entries, events] = await Promise.all([invoicesOf(wanted), entriesOf(wanted), eventsOf(wanted)]);
    const invoiceIds = invoices.map((invoice) => invoice.id as string);
    const [payments, attempts, webhooks] = await Promise.all([
      sql<PaymentRow[]>`select * from payments where invoice_id = any(${invoiceIds}::text[]) order by id`,
      sql<AttemptRow[]>`
        select a.* from payments p join payment_attempts a on a.tenant_id = p.tenant_id and a.payment_id = p.id
        where p.invoice_id = any(${invoiceIds}::text[]) order by a.id`,
      of.withWebhooks ? webhooksOf(sql, invoiceIds) : [],
    ]);
    return {
      ...{ page, invoices, entries, events },
      ...{ payments: [...payments], attempts: [...attempts], webhooks: [...webhooks] },
    };
  });
}

/** The run in whose time an instant lies; what came before the first belongs to the first. */
function runAt({ sql, id }: Wanted, at: ReturnType<Transaction>) {
  return sql`coalesce(
    (select r.id from billing_runs r where r.subscription_id = ${id} and r.opened_at <= ${at}
     order by r.opened_at desc, r.ordinal desc limit 1),
    (select r.id from billing_runs r where r.subscription_id = ${id} order by r.ordinal limit 1))`;
}

/** The invoice's own run; else that in whose time it was made, or, where no invoice is named, in whose time it happened. */
function runOf(wanted: Wanted, at: ReturnType<Transaction>) {
  return wanted.sql`coalesce(i.billing_run_id, ${runAt(wanted, wanted.sql`coalesce(i.created_at, ${at})`)})`;
}

function invoicesOf(wanted: Wanted): PromiseLike<OfRun<InvoiceRow>[]> {
  const { sql, id, runIds } = wanted;
  return sql<OfRun<InvoiceRow>[]>`
    select * from (select i.*, ${runOf(wanted, sql`i.created_at`)} as run_id from invoices i where i.subscription_id = ${id}) i
    where run_id = any(${runIds as string[]}::text[]) order by id`.then((rows) => [...rows]);
}

function entriesOf(wanted: Wanted): PromiseLike<OfRun<TimelineEntry>[]> {
  const { sql, id, runIds } = wanted;
  const named = (name: string) => sql`l.details->>${name}::text`;
  return sql<OfRun<TimelineEntry>[]>`
    select * from (
      select l.id, l.at, l.action, l.actor, l.plan_id, n.name as plan_name, l.details,
             ${runOf(wanted, sql`l.at`)} as run_id
      from timeline l
      join plans n on n.tenant_id = l.tenant_id and n.id = l.plan_id
      left join payment_attempts a on a.tenant_id = l.tenant_id and a.id = ${named('attempt_id')}
      left join refunds f on f.tenant_id = l.tenant_id and f.id = ${named('refund_id')}
      left join payments p on p.tenant_id = l.tenant_id
        and p.id = coalesce(${named('payment_id')}, a.payment_id, f.payment_id)
      left join invoices i on i.tenant_id = l.tenant_id and i.id = coalesce(${named('invoice_id')}, p.invoice_id)
      where l.subscription_id = ${id}) l
    where run_id = any(${runIds as string[]}::text[]) order by id`.then((rows) => [...rows]);
}

/** By the key that orders them, which is the subscription's id; notices of people are ordered by another. */
function eventsOf(wanted: Wanted): PromiseLike<OfRun<EventOfRun>[]> {
  const { sql, id, runIds } = wanted;
  return sql<OfRun<EventOfRun>[]>`
    select * from (
      select o.id, o.sequence, o.topic, o.occurred_at, o.published_at, i.id as invoice_id, o.payment_id, o.attempt_number,
             ${runOf(wanted, sql`o.occurred_at`)} as run_id
      from (
        select tenant_id, id, sequence, topic, published_at, (envelope->>'occurred_at')::timestamptz as occurred_at,
               coalesce(envelope->'data'->'payment'->>'payment_id', envelope->'data'->>'payment_id') as payment_id,
               (envelope->'data'->>'attempt_number')::int as attempt_number,
               coalesce(envelope->'data'->'invoice'->>'invoice_id', envelope->'data'->'payment'->>'invoice_id',
                        envelope->'data'->>'invoice_id') as invoice_id
        from outbox where message_key = ${id} and sequence is not null) o
      left join payments p on p.tenant_id = o.tenant_id and p.id = o.payment_id
      left join invoices i on i.tenant_id = o.tenant_id and i.id = coalesce(o.invoice_id, p.invoice_id)) o
    where run_id = any(${runIds as string[]}::text[]) order by sequence`.then((rows) => [...rows]);
}

function webhooksOf(sql: Transaction, invoiceIds: string[]): PromiseLike<StoryOfRuns['webhooks']> {
  return sql<StoryOfRuns['webhooks']>`
    select w.id, w.provider, w.endpoint, w.provider_event_id, w.event_type, w.fact, w.status, w.tries, w.error, w.received_at,
           w.processed_at, w.attempt_id
    from payments p
    join payment_attempts a on a.tenant_id = p.tenant_id and a.payment_id = p.id
    join inbox w on w.tenant_id = a.tenant_id and w.attempt_id = a.id
    where p.invoice_id = any(${invoiceIds}::text[]) order by w.id`.then((rows) => [...rows]);
}
