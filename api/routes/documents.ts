import type { BillingDocument } from '../../adapters/documents/port.ts';
import { creditNoteDocument, invoiceDocument } from '../../billing/documents/invoice-document.ts';
import type { Answer } from '../../contracts/answer.ts';
import * as contract from '../../contracts/rest/documents.ts';
import { findCreditNote } from '../../db/queries/credit-notes.ts';
import { readParties } from '../../db/queries/document-parties.ts';
import { findInvoice } from '../../db/queries/invoices.ts';
import { withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Route, type RouteCall, route } from '../route.ts';

export const documentRoutes: readonly Route[] = [
  route(contract.readInvoicePdfRoute, async (call) => {
    const document = await withTenant(call.context.database, call.tenantId, async ({ sql }) => {
      const invoice = await findInvoice(sql, call.id('invoice'));
      if (!invoice) throw new DomainError('not_found', 'unknown invoice');
      return invoiceDocument(invoice, await readParties(sql, invoice.customerId));
    });
    return answerWith(call, document);
  }),

  route(contract.readCreditNotePdfRoute, async (call) => {
    const document = await withTenant(call.context.database, call.tenantId, async ({ sql }) => {
      const note = await findCreditNote(sql, call.id('creditNote'));
      if (!note) throw new DomainError('not_found', 'unknown credit note');
      return creditNoteDocument(note, await readParties(sql, note.customerId));
    });
    return answerWith(call, document);
  }),
];

async function answerWith({ documents }: RouteCall<unknown, unknown>, document: BillingDocument): Promise<Answer> {
  return { status: 200, body: await documents.render(document), contentType: documents.contentType };
}
