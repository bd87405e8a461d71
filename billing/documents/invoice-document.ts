import type { BillingDocument, DocumentFact, DocumentLine } from '../../adapters/documents/port.ts';
import type { InvoiceRow } from '../../db/queries/billing-rows.ts';
import type { CreditNoteWithLines } from '../../db/queries/credit-notes.ts';
import type { DocumentParties } from '../../db/queries/document-parties.ts';
import type { InvoiceWithLines, StoredLine } from '../../db/queries/invoices.ts';
import { localDateOf } from '../../domain/calendar/local-date.ts';
import type { Instant } from '../../domain/instant.ts';
import { formatMoney } from '../../domain/money/currency.ts';

/** What the customer reads of an invoice: its dates in the customer's zone, ends of periods as their last day. */
export function invoiceDocument(invoice: InvoiceWithLines, parties: DocumentParties): BillingDocument {
  const { currency, lines } = invoice;
  const day = (at: Instant) => localDateOf(at, parties.timezone);
  const money = (amountMinor: number) => formatMoney(amountMinor, currency);
  const issuedAt = invoice.finalizedAt ?? invoice.createdAt;
  const dueMinor = invoice.status === 'open' ? invoice.totalMinor : 0;
  return {
    ...partiesOf(parties),
    title: 'Invoice',
    number: numberOf(invoice.number),
    facts: [
      ...fact('Date', day(issuedAt)),
      ...fact('Period', periodOf(invoice.periodStartAt, invoice.periodEndAt, parties.timezone)),
      ...fact('Status', stateOf(invoice, day)),
      ...fact('Invoice id', invoice.id),
    ],
    lines: lines.map((line) => lineOf(line, currency, parties.timezone)),
    totals: [
      { label: 'Total', value: money(invoice.totalMinor), isSum: true },
      ...(invoice.status === 'paid' ? [{ label: 'Paid', value: money(invoice.amountPaidMinor), isSum: false }] : []),
      { label: 'Amount due', value: money(dueMinor), isSum: false },
    ],
    notes: invoice.memo === null ? [] : [invoice.memo],
    issuedAt,
  };
}

/** What the customer reads of a refund that is done, or was until the money came back. */
export function creditNoteDocument(note: CreditNoteWithLines, parties: DocumentParties): BillingDocument {
  const money = (amountMinor: number) => formatMoney(amountMinor, note.currency);
  return {
    ...partiesOf(parties),
    title: 'Credit note',
    number: numberOf(note.number),
    facts: [
      ...fact('Date', localDateOf(note.createdAt, parties.timezone)),
      ...fact('For invoice', numberOf(note.invoiceNumber)),
      ...fact('Status', note.voidedAt === null ? 'Refunded' : 'Void: the refund failed'),
      ...fact('Void since', note.voidedAt === null ? null : localDateOf(note.voidedAt, parties.timezone)),
      ...fact('Credit note id', note.id),
    ],
    lines: note.lines.map(({ description, amountMinor }) => ({
      ...{ description, period: null, quantity: '', unitAmount: '', amount: money(amountMinor) },
    })),
    totals: [{ label: 'Total refunded', value: money(note.totalMinor), isSum: true }],
    notes: [note.reason],
    issuedAt: note.createdAt,
  };
}

function partiesOf({ seller, customerName, customerEmail, customerCountry }: DocumentParties) {
  const customer = [customerName, customerEmail, customerCountry].filter((line) => line !== null && line !== '');
  return { seller, customer: customer as string[] };
}

function fact(label: string, value: string | null): DocumentFact[] {
  return value === null ? [] : [{ label, value }];
}

function numberOf(number: number | null): string {
  return number === null ? 'Draft' : `No. ${number}`;
}

/** Half-open inside; people read the last day it covers. */
function periodOf(startsAt: Instant | null, endsAt: Instant | null, timezone: string): string | null {
  if (startsAt === null || endsAt === null) return null;
  return `${localDateOf(startsAt, timezone)} to ${localDateOf(Math.max(startsAt, endsAt - 1), timezone)}`;
}

function lineOf(line: StoredLine, currency: string, timezone: string): DocumentLine {
  return {
    description: line.description,
    period: periodOf(line.startsAt, line.endsAt, timezone),
    quantity: String(line.quantity),
    unitAmount: formatMoney(line.unitAmountMinor, currency),
    amount: formatMoney(line.amountMinor, currency),
  };
}

function stateOf(invoice: InvoiceRow, day: (at: Instant) => string): string {
  const { status, paidAt, voidedAt } = invoice;
  const states: Record<InvoiceRow['status'], string> = {
    draft: 'Draft, not to be paid yet',
    open: 'Open',
    paid: paidAt === null ? 'Paid' : `Paid on ${day(paidAt)}`,
    void: voidedAt === null ? 'Void' : `Void since ${day(voidedAt)}, nothing to pay`,
    uncollectible: 'Not collected',
  };
  return states[status];
}
