import { z } from 'zod';
import { bodyOf, emptyBody, instantOut } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

/** Providers that can be named; each is built or refused as not supported. */
const providerNames = ['sandbox', 'stripe', 'paypal', 'custom'] as const;

export const paymentMethod = z
  .object({
    payment_method_id: z.string(),
    customer_id: z.string(),
    provider: z.string(),
    brand: z.string(),
    last4: z.string().nullable().meta({ description: 'Null where the method is no card.' }),
    exp_month: z.int().nullable(),
    exp_year: z.int().nullable(),
    default: z.boolean(),
    status: z.enum(['active', 'detached']),
    created_at: instantOut,
  })
  .meta({ id: 'PaymentMethod', description: 'A token of the provider; never a card number.' });

export type PaymentMethodBody = z.input<typeof paymentMethod>;

const methodAnswer = { description: 'The payment method.', schema: paymentMethod };
const methods = '/customers/{customer_id}/payment-methods';

export const attachPaymentMethodRoute = defineRoute({
  method: 'post',
  path: methods,
  tag: 'Payment methods',
  summary: 'Attach a payment method by its provider’s token; the first one becomes the default',
  body: bodyOf({
    provider: z.enum(providerNames),
    token: z.string().min(1).max(255),
    default: z.boolean().default(false),
  }),
  answers: { 201: methodAnswer },
  refusals: ['unknown_token', 'card_number_refused', 'not_supported', 'provider_unavailable'],
});

export const listPaymentMethodsRoute = defineRoute({
  method: 'get',
  path: methods,
  tag: 'Payment methods',
  summary: 'List a customer’s payment methods',
  query: listQuery({}),
  answers: { 200: { description: 'A page of payment methods, newest first.', schema: pageOf(paymentMethod) } },
});

export const setDefaultPaymentMethodRoute = defineRoute({
  method: 'post',
  path: `${methods}/{payment_method_id}/default`,
  tag: 'Payment methods',
  summary: 'Make a payment method the default; past-due subscriptions retry at once',
  body: emptyBody,
  answers: { 200: methodAnswer },
});

export const detachPaymentMethodRoute = defineRoute({
  method: 'delete',
  path: `${methods}/{payment_method_id}`,
  tag: 'Payment methods',
  summary: 'Detach a payment method that no live subscription names',
  body: emptyBody,
  answers: { 200: methodAnswer },
  refusals: ['method_in_use'],
});
