import { z } from 'zod';
import { defineRoute } from './route.ts';

const pdf = {
  description: 'The document, A4.',
  contentType: 'application/pdf',
  schema: z.unknown().meta({ type: 'string', format: 'binary' }),
};

export const readInvoicePdfRoute = defineRoute({
  method: 'get',
  path: '/invoices/{invoice_id}/pdf',
  permission: 'invoices:read',
  forCustomers: {},
  tag: 'Invoices',
  summary: 'An invoice as PDF',
  answers: { 200: pdf },
});

export const readCreditNotePdfRoute = defineRoute({
  method: 'get',
  path: '/credit-notes/{credit_note_id}/pdf',
  permission: 'invoices:read',
  tag: 'Invoices',
  summary: 'A credit note as PDF',
  answers: { 200: pdf },
});
