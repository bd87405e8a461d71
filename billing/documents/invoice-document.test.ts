import { expect, it } from 'vitest';
import type { CreditNoteWithLines } from '../../db/queries/credit-notes.ts';
import type { InvoiceWithLines } from '../../db/queries/invoices.ts';
import { creditNoteDocument, invoiceDocument } from './invoice-document.ts';

const at = (text: string) => Date.parse(text);
const parties = {
  ...{ seller: 'Acme', customerName: null, customerEmail: 'ada@example.com', customerCountry: 'NZ' },
  timezone: 'Pacific/Auckland',
};
const invoice = {
  ...{ id: 'inv_1', number: 12, status: 'paid', kind: 'period', currency: 'KWD', memo: null, totalMinor: 1_500 },
  ...{ subtotalMinor: 1_500, amountPaidMinor: 1_500, periodStartAt: at('2026-01-30T12:00:00Z') },
  ...{ periodEndAt: at('2026-02-27T11:00:00Z'), createdAt: at('2026-01-30T12:00:00Z') },
  ...{ finalizedAt: at('2026-01-30T12:00:00Z'), paidAt: at('2026-01-31T12:00:00Z'), voidedAt: null },
  lines: [
    {
      ...{ kind: 'period', description: 'Pro × 1', quantity: 1, unitAmountMinor: 1_500, amountMinor: 1_500 },
      ...{ startsAt: at('2026-01-30T12:00:00Z'), endsAt: at('2026-02-27T11:00:00Z') },
    },
  ],
} as unknown as InvoiceWithLines;

it('says an invoice in the customer’s days, with the last day of each period and the currency’s own digits', () => {
  expect(invoiceDocument(invoice, parties)).toEqual({
    ...{ title: 'Invoice', number: 'No. 12', seller: 'Acme', customer: ['ada@example.com', 'NZ'] },
    facts: [
      { label: 'Date', value: '2026-01-31' },
      { label: 'Period', value: '2026-01-31 to 2026-02-27' },
      { label: 'Status', value: 'Paid on 2026-02-01' },
      { label: 'Invoice id', value: 'inv_1' },
    ],
    lines: [
      {
        ...{ description: 'Pro × 1', period: '2026-01-31 to 2026-02-27', quantity: '1' },
        ...{ unitAmount: '1.500 KWD', amount: '1.500 KWD' },
      },
    ],
    totals: [
      { label: 'Total', value: '1.500 KWD', isSum: true },
      { label: 'Paid', value: '1.500 KWD', isSum: false },
      { label: 'Amount due', value: '0.000 KWD', isSum: false },
    ],
    ...{ notes: [], issuedAt: at('2026-01-30T12:00:00Z') },
  });
});

it.each([
  ['draft', 'Draft, not to be paid yet', '0.000 KWD'],
  ['open', 'Open', '1.500 KWD'],
  ['void', 'Void', '0.000 KWD'],
  ['uncollectible', 'Not collected', '0.000 KWD'],
])('says of an invoice that is %s what is to be paid', (status, said, due) => {
  const document = invoiceDocument({ ...invoice, status } as InvoiceWithLines, parties);
  expect(document.facts).toContainEqual({ label: 'Status', value: said });
  expect(document.totals.at(-1)).toEqual({ label: 'Amount due', value: due, isSum: false });
});

it('says a credit note with the invoice it is for', () => {
  const note = {
    ...{ id: 'cn_1', number: 3, invoiceNumber: 12, currency: 'JPY', totalMinor: 700, reason: 'Sorry' },
    ...{ createdAt: at('2026-02-01T00:00:00Z'), voidedAt: null },
    lines: [{ position: 0, invoiceLinePosition: 0, description: 'Pro × 1', amountMinor: 700 }],
  } as unknown as CreditNoteWithLines;
  const document = creditNoteDocument(note, parties);
  expect(document).toMatchObject({ title: 'Credit note', number: 'No. 3', notes: ['Sorry'] });
  expect(document.facts).toContainEqual({ label: 'For invoice', value: 'No. 12' });
  expect(document.facts).toContainEqual({ label: 'Status', value: 'Refunded' });
  expect(document.totals).toEqual([{ label: 'Total refunded', value: '700 JPY', isSum: true }]);
  const voided = creditNoteDocument({ ...note, voidedAt: at('2026-02-03T12:00:00Z') }, parties);
  expect(voided.facts).toContainEqual({ label: 'Status', value: 'Void: the refund failed' });
  expect(voided.facts).toContainEqual({ label: 'Void since', value: expect.stringContaining('2026') });
});
