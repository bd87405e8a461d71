import type { CreditNoteId, InvoiceId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import type { CreditNoteLineRow, CreditNoteRow } from './billing-rows.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export type CreditNoteWithLines = CreditNoteRow & {
  invoiceNumber: number | null;
  lines: CreditNoteLineRow[];
  /** Since its refund failed: the row itself is a document, which nothing changes. */
  voidedAt: Instant | null;
};

const withLines = (sql: Sql | Transaction) => sql`
  select n.*, i.number as invoice_number, coalesce(l.lines, '[]') as lines,
         case when r.status = 'failed' then r.settled_at end as voided_at
  from credit_notes n
  join invoices i on i.tenant_id = n.tenant_id and i.id = n.invoice_id
  join refunds r on r.tenant_id = n.tenant_id and r.id = n.refund_id
  left join lateral (
    select json_agg(json_build_object(
      'position', position, 'invoiceLinePosition', invoice_line_position, 'description', description,
      'amountMinor', amount_minor) order by position) as lines
    from credit_note_lines where tenant_id = n.tenant_id and credit_note_id = n.id) l on true`;

export function findCreditNote(sql: Sql | Transaction, id: CreditNoteId): Promise<CreditNoteWithLines | null> {
  return sql<CreditNoteWithLines[]>`${withLines(sql)} where n.id = ${id}`.then(([row]) => row ?? null);
}

export function listCreditNotesOf(
  sql: Sql,
  invoiceId: InvoiceId,
  page: PageRequest,
): Promise<Page<CreditNoteWithLines>> {
  return sql<CreditNoteWithLines[]>`${withLines(sql)} where n.invoice_id = ${invoiceId}
    ${page.beforeId === null ? sql`` : sql`and n.id < ${page.beforeId}`}
    order by n.id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}
