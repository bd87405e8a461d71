import { z } from 'zod';
import { idText, instantOut } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

const invoiceStatus = z.enum(['draft', 'open', 'paid', 'void', 'uncollectible']);

export const invoiceLine = z
  .object({
    kind: z.string(),
    description: z.string(),
    quantity: z.int(),
    unit_amount: z.int(),
    amount: z.int(),
    period_start: instantOut.nullable(),
    period_end: instantOut.nullable(),
  })
  .meta({ id: 'InvoiceLine', description: 'Signed; the total is the sum of the lines.' });

export const invoice = z
  .object({
    invoice_id: z.string(),
    number: z.int().nullable(),
    kind: z.enum(['period', 'proration', 'additional', 'manual']),
    status: invoiceStatus,
    customer_id: z.string(),
    subscription_id: z.string().nullable(),
    period_start: instantOut.nullable(),
    period_end: instantOut.nullable(),
    subtotal: z.int(),
    total: z.int(),
    amount_paid: z.int(),
    currency: z.string(),
    memo: z.string().nullable(),
    lines: z.array(invoiceLine),
    created_at: instantOut,
    finalized_at: instantOut.nullable(),
    paid_at: instantOut.nullable(),
    voided_at: instantOut.nullable(),
  })
  .meta({ id: 'Invoice', description: 'Numbered without gaps once it is final. Period ends are exclusive.' });

export type InvoiceBody = z.input<typeof invoice>;

export const listInvoicesRoute = defineRoute({
  method: 'get',
  path: '/invoices',
  permission: 'invoices:read',
  forCustomers: {},
  tag: 'Invoices',
  summary: 'List invoices',
  query: listQuery({
    customer_id: idText.optional(),
    subscription_id: idText.optional(),
    status: invoiceStatus.optional(),
  }),
  answers: { 200: { description: 'A page of invoices, newest first.', schema: pageOf(invoice) } },
});

export const readInvoiceRoute = defineRoute({
  method: 'get',
  path: '/invoices/{invoice_id}',
  permission: 'invoices:read',
  forCustomers: {},
  tag: 'Invoices',
  summary: 'Read an invoice',
  answers: { 200: { description: 'The invoice.', schema: invoice } },
});
