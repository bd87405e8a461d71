import type { CreditNoteBody } from '../../contracts/rest/credit-notes.ts';
import * as contract from '../../contracts/rest/credit-notes.ts';
import { type CreditNoteWithLines, findCreditNote, listCreditNotesOf } from '../../db/queries/credit-notes.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { toIso } from '../../domain/instant.ts';
import { type Route, route } from '../route.ts';
import { listOf } from './list-of.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

export const creditNoteRoutes: readonly Route[] = [
  route(contract.listCreditNotesRoute, async (call) => {
    const id = call.id('invoice');
    const page = pageRequestOf('creditNote', call.query);
    const found = await listOf(call, { kind: 'invoice', id }, (sql) => listCreditNotesOf(sql, id, page));
    return renderPage(found, renderCreditNote);
  }),

  route(contract.readCreditNoteRoute, async (call) => {
    const id = call.id('creditNote');
    const note = await readAsTenant(call.context.database, call.tenantId, (sql) => findCreditNote(sql, id));
    if (!note) throw new DomainError('not_found', 'unknown credit note');
    return { status: 200, body: renderCreditNote(note) };
  }),
];

function renderCreditNote(note: CreditNoteWithLines): CreditNoteBody {
  return {
    credit_note_id: note.id,
    number: note.number,
    invoice_id: note.invoiceId,
    invoice_number: note.invoiceNumber,
    refund_id: note.refundId,
    customer_id: note.customerId,
    currency: note.currency,
    total: note.totalMinor,
    reason: note.reason,
    lines: note.lines.map(({ invoiceLinePosition, description, amountMinor }) => ({
      ...{ invoice_line: invoiceLinePosition, description, amount: amountMinor },
    })),
    created_at: toIso(note.createdAt),
    voided_at: note.voidedAt === null ? null : toIso(note.voidedAt),
  };
}
