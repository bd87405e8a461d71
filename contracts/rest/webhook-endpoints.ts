import { z } from 'zod';
import { providerNames } from '../../domain/payments/provider-name.ts';
import { bodyOf, emptyBody, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

const tag = 'Administration';

const webhookEndpoint = z
  .object({
    webhook_endpoint_id: z.string(),
    provider: z.enum(providerNames),
    mode: z.enum(['test', 'live']),
    status: z.enum(['active', 'disabled']),
    url: z.string().meta({ description: 'To be entered at the provider.' }),
    settings: z.record(z.string(), z.string()),
    created_at: instantOut,
  })
  .meta({ id: 'WebhookEndpoint', description: 'Where a provider posts its notifications about this tenant.' });

const secretShown = webhookEndpoint
  .extend({
    secret: z
      .string()
      .nullable()
      .meta({ description: 'The one generated now, shown this once and never by a replay; null otherwise.' }),
  })
  .meta({ id: 'WebhookEndpointWithSecret' });

export type WebhookEndpointBody = z.input<typeof webhookEndpoint>;

const endpoints = '/admin/webhook-endpoints';
const endpoint = `${endpoints}/{webhook_endpoint_id}` as const;
const endpointAnswer = { 200: { description: 'The endpoint.', schema: webhookEndpoint } };
const secret = textUpTo(500).optional();
const settings = z.record(z.string().max(60), textUpTo(500)).optional();

export const createWebhookEndpointRoute = defineRoute({
  method: 'post',
  path: endpoints,
  permission: 'webhooks:write',
  rateClass: 'secret',
  tag,
  summary: 'Open an address for a provider’s notifications',
  body: bodyOf({
    provider: z.enum(providerNames),
    secret: secret.meta({
      description: 'What the provider signs with: Stripe’s `whsec_…`. Generated for custom and sandbox where absent.',
    }),
    settings: settings.meta({
      description:
        'PayPal: `webhook_id`, its id of this webhook; in sandbox tenants `cert_host`, where a dialect keeps its certificate.',
    }),
  }),
  answers: { 201: { description: 'The endpoint.', schema: secretShown } },
  refusals: ['card_number_refused'],
});

export const listWebhookEndpointsRoute = defineRoute({
  method: 'get',
  path: endpoints,
  permission: 'webhooks:read',
  tag,
  summary: 'List the addresses for notifications',
  query: listQuery({ provider: z.enum(providerNames).optional() }),
  answers: {
    200: { description: 'A page of endpoints, newest first.', schema: pageOf(webhookEndpoint) },
  },
});

export const readWebhookEndpointRoute = defineRoute({
  method: 'get',
  path: endpoint,
  permission: 'webhooks:read',
  tag,
  summary: 'Read an address for notifications',
  answers: endpointAnswer,
});

export const changeWebhookEndpointRoute = defineRoute({
  method: 'put',
  path: endpoint,
  permission: 'webhooks:write',
  rateClass: 'secret',
  tag,
  summary: 'Replace an endpoint’s secret or settings; without either a new secret is generated',
  body: bodyOf({ secret, settings }),
  answers: { 200: { description: 'The endpoint.', schema: secretShown } },
  refusals: ['invalid_state', 'card_number_refused'],
});

export const disableWebhookEndpointRoute = defineRoute({
  method: 'delete',
  path: endpoint,
  permission: 'webhooks:write',
  tag,
  summary: 'Close an address for notifications',
  body: emptyBody,
  answers: endpointAnswer,
});
