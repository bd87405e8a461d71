import type { CustomerId, InvoiceId, SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import type { InvoiceRow } from './billing-rows.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

/** A line as it is read back: instants inside JSON are epoch milliseconds, too. */
export interface StoredLine {
  kind: string;
  description: string;
  quantity: number;
  unitAmountMinor: number;
  amountMinor: number;
  startsAt: Instant | null;
  endsAt: Instant | null;
}

export type InvoiceWithLines = InvoiceRow & { lines: StoredLine[] };

const withLines = (sql: Sql | Transaction) => sql`
  select i.*, coalesce(l.lines, '[]') as lines
  from invoices i
  left join lateral (
    select json_agg(json_build_object(
      'kind', kind, 'description', description, 'quantity', quantity,
      'unitAmountMinor', unit_amount_minor, 'amountMinor', amount_minor,
      'startsAt', (extract(epoch from starts_at) * 1000)::bigint, 'endsAt', (extract(epoch from ends_at) * 1000)::bigint)
      order by position) as lines
    from invoice_lines where tenant_id = i.tenant_id and invoice_id = i.id) l on true`;

export function findInvoice(sql: Sql | Transaction, id: InvoiceId): Promise<InvoiceWithLines | null> {
  return sql<InvoiceWithLines[]>`${withLines(sql)} where i.id = ${id}`.then(([row]) => row ?? null);
}

export interface InvoiceFilter {
  customerId?: CustomerId;
  subscriptionId?: SubscriptionId;
  status?: InvoiceRow['status'];
}

export function listInvoices(sql: Sql, filter: InvoiceFilter, page: PageRequest): Promise<Page<InvoiceWithLines>> {
  return sql<InvoiceWithLines[]>`${withLines(sql)} where true
    ${filter.customerId === undefined ? sql`` : sql`and i.customer_id = ${filter.customerId}`}
    ${filter.subscriptionId === undefined ? sql`` : sql`and i.subscription_id = ${filter.subscriptionId}`}
    ${filter.status === undefined ? sql`` : sql`and i.status = ${filter.status}`}
    ${page.beforeId === null ? sql`` : sql`and i.id < ${page.beforeId}`}
    order by i.id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}
