import { z } from 'zod';
import { bodyOf, currency, emptyBody, idText, quantity, textUpTo } from './fields.ts';
import { invoice } from './invoices.ts';
import { defineRoute } from './route.ts';

const lineAmountMax = 9_999_999_999;

const lines = z
  .array(
    z.strictObject({
      description: textUpTo(500),
      amount: z.int().min(1).max(lineAmountMax).meta({ description: 'Minor units, of one.' }),
      quantity: quantity.default(1),
    }),
  )
  .min(1)
  .max(100);
const memo = textUpTo(1_000);
const invoiceAnswer = { 200: { description: 'The invoice.', schema: invoice } };
const inFlight = ['invalid_state', 'payment_in_flight', 'clock_advancing'] as const;
const notCollectible = ['payment_method_required', 'subscription_needs_attention', ...inFlight] as const;

export const createManualInvoiceRoute = defineRoute({
  method: 'post',
  path: '/admin/invoices',
  permission: 'invoices:write',
  tag: 'Administration',
  summary: 'Bill something by hand: a draft, or with `collect` final and charged at once',
  body: bodyOf({
    customer_id: idText,
    subscription_id: idText.optional(),
    currency,
    lines,
    memo: memo.optional(),
    collect: z.boolean().default(false),
  }),
  answers: { 201: { description: 'The invoice.', schema: invoice } },
  refusals: [
    ...([
      'not_found',
      'customer_inactive',
      'currency_mismatch',
      'subscription_incomplete',
      'amount_over_limit',
    ] as const),
    ...notCollectible,
    'card_number_refused',
  ],
});

export const editManualInvoiceRoute = defineRoute({
  method: 'put',
  path: '/admin/invoices/{invoice_id}',
  permission: 'invoices:write',
  tag: 'Administration',
  summary: 'Write a draft invoice anew',
  body: bodyOf({ lines: lines.optional(), memo: memo.nullable().optional() }),
  answers: invoiceAnswer,
  refusals: ['invalid_state', 'amount_over_limit', 'card_number_refused'],
});

export const finalizeManualInvoiceRoute = defineRoute({
  method: 'post',
  path: '/admin/invoices/{invoice_id}/finalize',
  permission: 'invoices:write',
  tag: 'Administration',
  summary: 'Finalise a draft invoice: it takes its number',
  body: emptyBody,
  answers: invoiceAnswer,
  refusals: ['invalid_state'],
});

export const voidManualInvoiceRoute = defineRoute({
  method: 'post',
  path: '/admin/invoices/{invoice_id}/void',
  permission: 'invoices:write',
  tag: 'Administration',
  summary: 'Take an unpaid invoice back',
  body: emptyBody,
  answers: invoiceAnswer,
  refusals: ['invalid_state', 'payment_in_flight'],
});

export const payManualInvoiceRoute = defineRoute({
  method: 'post',
  path: '/admin/invoices/{invoice_id}/pay',
  permission: 'invoices:write',
  rateClass: 'money',
  tag: 'Administration',
  summary: 'Collect an open invoice now, with the method in force',
  body: emptyBody,
  answers: { 202: { description: 'The invoice, being collected.', schema: invoice } },
  refusals: notCollectible,
});
