import { z } from 'zod';
import {
  bodyOf,
  country,
  formatError,
  instantOut,
  languageTag,
  metadataChange,
  metadataIn,
  metadataOut,
  textUpTo,
  timezone,
} from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

const customerStatus = z.enum(['active', 'inactive']);
const email = z.email({ error: formatError('is not an e-mail address') }).max(254);

export const customer = z
  .object({
    customer_id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    timezone: z.string(),
    country: z.string().nullable(),
    language: z.string().nullable().meta({ description: 'A language tag; null: as the customer’s browser asks for.' }),
    status: customerStatus,
    default_payment_method_id: z.string().nullable(),
    metadata: metadataOut,
    created_at: instantOut,
    updated_at: instantOut,
  })
  .meta({ id: 'Customer' });

export type CustomerBody = z.input<typeof customer>;

const customerAnswer = { description: 'The customer.', schema: customer };

export const createCustomerRoute = defineRoute({
  method: 'post',
  path: '/customers',
  permission: 'customers:write',
  tag: 'Customers',
  summary: 'Create a customer',
  body: bodyOf({
    email,
    name: textUpTo(200).nullable().optional(),
    timezone: timezone.default('UTC'),
    country: country.nullable().optional(),
    language: languageTag.nullable().optional(),
    metadata: metadataIn.default({}),
  }),
  answers: { 201: customerAnswer },
  refusals: ['card_number_refused'],
});

export const listCustomersRoute = defineRoute({
  method: 'get',
  path: '/customers',
  permission: 'customers:read',
  tag: 'Customers',
  summary: 'List customers',
  query: listQuery({
    email: z.string().max(254).optional(),
    status: customerStatus.optional(),
    text: z
      .string()
      .min(1)
      .max(254)
      .optional()
      .meta({ description: 'What the name or the e-mail begins with, in small letters or capitals.' }),
  }),
  answers: { 200: { description: 'A page of customers, newest first.', schema: pageOf(customer) } },
});

export const readCustomerRoute = defineRoute({
  method: 'get',
  path: '/customers/{customer_id}',
  permission: 'customers:read',
  forCustomers: {},
  tag: 'Customers',
  summary: 'Read a customer',
  answers: { 200: customerAnswer },
});

export const changeCustomerRoute = defineRoute({
  method: 'put',
  path: '/customers/{customer_id}',
  permission: 'customers:write',
  forCustomers: {
    body: bodyOf({
      email: email.optional(),
      name: textUpTo(200).nullable().optional(),
      timezone: timezone.optional(),
      language: languageTag.nullable().optional(),
    }),
  },
  tag: 'Customers',
  summary: 'Change a customer',
  body: bodyOf({
    email: email.optional(),
    name: textUpTo(200).nullable().optional(),
    timezone: timezone.optional(),
    country: country.nullable().optional(),
    language: languageTag.nullable().optional(),
    status: customerStatus.optional(),
    metadata: metadataChange.optional(),
  }),
  answers: { 200: customerAnswer },
  refusals: ['card_number_refused'],
});
