import { factToWire } from '../../contracts/events/provider-fact.ts';
import type { WebhookBody, WebhookInListBody } from '../../contracts/rest/webhooks.ts';
import type { WebhookRow, WebhookWithBody } from '../../db/queries/webhooks.ts';
import { toIso } from '../../domain/instant.ts';

export function renderWebhookInList(row: WebhookRow): WebhookInListBody {
  return {
    webhook_id: row.id,
    provider: row.provider,
    endpoint: row.endpoint,
    provider_event_id: row.providerEventId,
    event_type: row.eventType,
    status: row.status,
    tries: row.tries,
    error: row.error,
    received_at: toIso(row.receivedAt),
    processed_at: row.processedAt === null ? null : toIso(row.processedAt),
  };
}

export function renderWebhook(row: WebhookWithBody): WebhookBody {
  return {
    ...renderWebhookInList(row),
    fact: row.fact && factToWire(row.fact),
    body: new TextDecoder().decode(row.body),
  };
}
