import { z } from 'zod';
import { instantOut } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

export const creditNote = z
  .object({
    credit_note_id: z.string(),
    number: z.int(),
    invoice_id: z.string(),
    invoice_number: z.int().nullable(),
    refund_id: z.string(),
    customer_id: z.string(),
    currency: z.string(),
    total: z.int(),
    reason: z.string(),
    lines: z.array(z.object({ invoice_line: z.int(), description: z.string(), amount: z.int() })),
    created_at: instantOut,
    voided_at: instantOut.nullable().meta({ description: 'Its refund failed then: the note credits nothing.' }),
  })
  .meta({
    id: 'CreditNote',
    description: 'What a refund gave back of each line of its invoice. Numbered without gaps.',
  });
export type CreditNoteBody = z.input<typeof creditNote>;

export const listCreditNotesRoute = defineRoute({
  method: 'get',
  path: '/invoices/{invoice_id}/credit-notes',
  permission: 'invoices:read',
  tag: 'Invoices',
  summary: 'List the credit notes of an invoice',
  query: listQuery({}),
  answers: { 200: { description: 'A page of credit notes, newest first.', schema: pageOf(creditNote) } },
});

export const readCreditNoteRoute = defineRoute({
  method: 'get',
  path: '/credit-notes/{credit_note_id}',
  permission: 'invoices:read',
  tag: 'Invoices',
  summary: 'Read a credit note',
  answers: { 200: { description: 'The credit note.', schema: creditNote } },
});
