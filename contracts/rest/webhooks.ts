import { z } from 'zod';
import { bodyOf, emptyBody, idText, instantIn, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

const stored = { 200: { description: 'Stored.', schema: z.object({ status: z.literal('received') }) } };

/** Signed by the provider instead of a key; its body is the provider's. */
export const receiveWebhookRoute = defineRoute({
  method: 'post',
  path: '/webhooks/{provider}',
  permission: null,
  atRoot: true,
  tag: 'Webhooks',
  summary: 'A provider’s notification, by the account it names or where there is one endpoint only',
  answers: stored,
});

export const receiveWebhookAtEndpointRoute = defineRoute({
  method: 'post',
  path: '/webhooks/{provider}/{endpoint}',
  permission: null,
  atRoot: true,
  tag: 'Webhooks',
  summary: 'A provider’s notification to an endpoint of a tenant',
  answers: stored,
});

const webhookStatus = z.enum(['received', 'processed', 'ignored', 'dead', 'discarded']);

const webhookFields = {
  webhook_id: z.string(),
  provider: z.string(),
  endpoint: z.string(),
  provider_event_id: z.string(),
  event_type: z.string().nullable(),
  status: webhookStatus.meta({
    description:
      '`received`: on its way. `ignored`: about nothing the platform has a use for. `dead`: no try succeeded, it waits for a person.',
  }),
  tries: z.int(),
  error: z.string().nullable(),
  received_at: instantOut,
  processed_at: instantOut.nullable(),
};

export const webhookInList = z.object(webhookFields).meta({ id: 'WebhookInList' });

export const webhook = z
  .object({
    ...webhookFields,
    fact: z.record(z.string(), z.unknown()).nullable().meta({ description: 'What it says, in the platform’s words.' }),
    body: z.string().meta({ description: 'As the provider sent it; bytes that are no UTF-8 are replaced.' }),
  })
  .meta({ id: 'Webhook', description: 'A provider’s notification as it was stored. Headers are not kept.' });

export type WebhookInListBody = z.input<typeof webhookInList>;
export type WebhookBody = z.input<typeof webhook>;

const tag = 'Administration';

export const listWebhooksRoute = defineRoute({
  method: 'get',
  path: '/admin/webhooks',
  permission: 'webhooks:read',
  tag,
  summary: 'List providers’ notifications',
  query: listQuery({
    provider: idText.optional(),
    status: webhookStatus.optional(),
    received_from: instantIn.optional(),
    received_to: instantIn.optional(),
  }),
  answers: { 200: { description: 'A page of notifications, newest first.', schema: pageOf(webhookInList) } },
});

export const readWebhookRoute = defineRoute({
  method: 'get',
  path: '/admin/webhooks/{webhook_id}',
  permission: 'webhooks:read',
  tag,
  summary: 'Read a provider’s notification',
  answers: { 200: { description: 'The notification.', schema: webhook } },
});

export const replayWebhookRoute = defineRoute({
  method: 'post',
  path: '/admin/webhooks/{webhook_id}/replay',
  permission: 'webhooks:write',
  tag,
  summary: 'Handle a notification again',
  body: emptyBody,
  answers: { 202: { description: 'On its way again.', schema: webhook } },
  refusals: ['invalid_state', 'card_number_refused'],
});

export const discardWebhookRoute = defineRoute({
  method: 'post',
  path: '/admin/webhooks/{webhook_id}/discard',
  permission: 'webhooks:write',
  tag,
  summary: 'Give a notification up',
  body: bodyOf({ reason: textUpTo(500) }),
  answers: { 200: { description: 'The notification.', schema: webhook } },
  refusals: ['invalid_state', 'card_number_refused'],
});

const caughtUp = z
  .object({
    endpoints: z.array(
      z.object({ endpoint: z.string(), provider: z.string(), listed: z.int(), missing: z.int() }).meta({
        description: '`missing`: events that no delivery had brought, and that are on their way now.',
      }),
    ),
  })
  .meta({ id: 'CaughtUp' });

export const catchUpWebhooksRoute = defineRoute({
  method: 'post',
  path: '/admin/webhooks/catch-up',
  permission: 'webhooks:write',
  tag,
  summary: 'Ask the providers for events that no delivery brought',
  body: bodyOf({
    since: instantIn.optional().meta({ description: 'Instead of where the last catch-up of each endpoint ended.' }),
  }),
  answers: { 200: { description: 'What the providers listed.', schema: caughtUp } },
  refusals: ['provider_not_configured', 'provider_credentials_refused', 'provider_unavailable', 'card_number_refused'],
});
