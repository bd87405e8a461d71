import { z } from 'zod';
import { providerNames } from '../../domain/payments/provider-name.ts';
import { bodyOf, emptyBody, formatError, instantOut } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

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
  permission: 'customers:write',
  tag: 'Payment methods',
  summary: 'Attach a payment method by its provider’s token; the first one becomes the default',
  body: bodyOf({
    provider: z.enum(providerNames),
    token: z.string().min(1).max(255),
    default: z.boolean().default(false),
  }),
  answers: { 201: methodAnswer },
  refusals: [
    ...(['unknown_token', 'card_number_refused', 'not_supported', 'provider_unavailable'] as const),
    ...(['provider_not_configured', 'provider_credentials_refused'] as const),
  ],
});

export const listPaymentMethodsRoute = defineRoute({
  method: 'get',
  path: methods,
  permission: 'customers:read',
  forCustomers: {},
  tag: 'Payment methods',
  summary: 'List a customer’s payment methods',
  query: listQuery({}),
  answers: { 200: { description: 'A page of payment methods, newest first.', schema: pageOf(paymentMethod) } },
});

export const setDefaultPaymentMethodRoute = defineRoute({
  method: 'post',
  path: `${methods}/{payment_method_id}/default`,
  permission: 'customers:write',
  forCustomers: {},
  tag: 'Payment methods',
  summary: 'Make a payment method the default; past-due subscriptions retry at once',
  body: emptyBody,
  answers: { 200: methodAnswer },
});

export const detachPaymentMethodRoute = defineRoute({
  method: 'delete',
  path: `${methods}/{payment_method_id}`,
  permission: 'customers:write',
  forCustomers: {},
  tag: 'Payment methods',
  summary: 'Detach a payment method that no live subscription names',
  body: emptyBody,
  answers: { 200: methodAnswer },
  refusals: ['method_in_use'],
});

const methodSetup = z
  .object({
    setup_id: z.string(),
    customer_id: z.string(),
    provider: z.string(),
    status: z.enum(['open', 'completed', 'failed', 'expired']),
    url: z.string().nullable().meta({ description: 'The provider’s page, for as long as the set-up is open.' }),
    payment_method_id: z.string().nullable(),
    message: z.string().nullable(),
    expires_at: instantOut,
    created_at: instantOut,
  })
  .meta({ id: 'PaymentMethodSetup', description: 'A payment method being set up at the provider’s own page.' });

export type MethodSetupBody = z.input<typeof methodSetup>;

const setups = '/customers/{customer_id}/payment-method-setups';

export const beginMethodSetupRoute = defineRoute({
  method: 'post',
  path: setups,
  permission: 'customers:write',
  forCustomers: {},
  tag: 'Payment methods',
  summary: 'Begin to set up a payment method at the provider’s page; send the customer to `url`',
  body: bodyOf({
    provider: z.enum(providerNames),
    return_url: z
      .url({ protocol: /^https?$/, error: formatError('is not an http or https address') })
      .max(2_000)
      .meta({ description: 'Where the provider sends the customer back to; read the set-up there.' }),
    default: z.boolean().default(false),
  }),
  answers: { 201: { description: 'The set-up.', schema: methodSetup } },
  refusals: [
    ...(['not_supported', 'card_number_refused', 'provider_unavailable'] as const),
    ...(['provider_not_configured', 'provider_credentials_refused'] as const),
  ],
});

export const readMethodSetupRoute = defineRoute({
  method: 'get',
  path: `${setups}/{setup_id}`,
  permission: 'customers:read',
  forCustomers: {},
  tag: 'Payment methods',
  summary: 'Read a set-up; an open one is asked of the provider, and what is completed is attached',
  answers: { 200: { description: 'The set-up.', schema: methodSetup } },
});

export const listMethodProvidersRoute = defineRoute({
  method: 'get',
  path: '/payment-method-providers',
  permission: 'customers:read',
  forCustomers: {},
  tag: 'Payment methods',
  summary: 'List the providers at whose page a customer can set up a payment method now',
  answers: {
    200: {
      description: 'Those with an account in use; the sandbox for sandbox tenants only.',
      schema: z.object({ data: z.array(z.object({ provider: z.enum(providerNames) })) }),
    },
  },
});
