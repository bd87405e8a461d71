import type { ReceiveWebhook } from '../api/parts.ts';
import { createEndpointFinder } from '../pipelines/webhooks/find-endpoint.ts';
import { receiveWebhook } from '../pipelines/webhooks/receive-webhook.ts';
import { createSeenNotifications } from '../pipelines/webhooks/seen-notifications.ts';
import { createInboxWriter } from '../pipelines/webhooks/write-inbox.ts';
import { createSealer } from '../runtime/sealer.ts';
import type { PlatformParts } from './platform-parts.ts';

/** The sandbox provider is the operator's: one secret for all, and it names the tenant itself. */
const sandboxEndpoint = 'default';

/** The way of a notification into the inbox, with what this process remembers of endpoints. */
export function openWebhookDoor({ config, database, providers, cache }: PlatformParts): ReceiveWebhook {
  const sandbox = { tenantId: null, id: sandboxEndpoint, secret: config.sandboxWebhookSecret, settings: {} };
  const names = new Set(providers.names());
  const parts = {
    database,
    provider: (name: string) => (names.has(name) ? providers.get(name) : null),
    findEndpoint: createEndpointFinder({
      sql: database.sql,
      sealer: createSealer(config.sealKeys),
      operated: { sandbox },
    }),
    inbox: createInboxWriter(database),
    seen: createSeenNotifications(cache),
    now: () => new Date(),
  };
  return (webhook) => receiveWebhook(parts, webhook);
}
