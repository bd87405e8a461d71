import { randomBytes } from 'node:crypto';
import type { Cache } from '../../adapters/cache/port.ts';
import type { PaymentProvider } from '../../adapters/payments/port.ts';
import { signWebhook } from '../../adapters/payments/standard-webhooks.ts';
import type { Answer } from '../../contracts/answer.ts';
import type { Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import type { TenantId, WebhookEndpointId } from '../../domain/ids.ts';
import { createEndpointFinder, endpointPurpose } from '../../pipelines/webhooks/find-endpoint.ts';
import { type IncomingWebhook, receiveWebhook } from '../../pipelines/webhooks/receive-webhook.ts';
import { createSeenNotifications } from '../../pipelines/webhooks/seen-notifications.ts';
import { createInboxWriter } from '../../pipelines/webhooks/write-inbox.ts';
import { createSealer } from '../../runtime/sealer.ts';

const operatorSecret = 'whsec_ZmFrZS1wcm92aWRlci13ZWJob29rLXNlY3JldA==';

const sealer = createSealer([{ name: 'test', secret: 'a sealing secret of a test' }]);

/** The real door in this process. The sandbox provider's secret is the fake's. */
export function openTestDoor(parts: {
  app: Sql;
  providers: readonly PaymentProvider[];
  now?: () => Date;
  keptMs?: number;
  cache?: Cache;
}): (webhook: IncomingWebhook) => Promise<Answer> {
  const { app, providers, now = () => new Date(), keptMs, cache } = parts;
  const sandbox = { tenantId: null, id: 'default', secret: operatorSecret, settings: {} };
  const door = {
    database: { sql: app },
    provider: (name: string) => providers.find((provider) => provider.name === name) ?? null,
    findEndpoint: createEndpointFinder({
      ...{ sql: app, sealer, operated: { sandbox } },
      ...(keptMs === undefined ? {} : { keptMs }),
    }),
    inbox: createInboxWriter({ sql: app }),
    ...(cache ? { seen: createSeenNotifications(cache) } : {}),
    now,
  };
  return (webhook) => receiveWebhook(door, webhook);
}

/** An active endpoint with a secret of its own. */
export async function addEndpoint(
  owner: Sql,
  tenantId: TenantId,
  options: { provider: string; createdAt?: Date },
): Promise<{ id: WebhookEndpointId; secret: string }> {
  const id = newId('webhookEndpoint');
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const { sealed, sealedBy } = sealer.seal(secret, endpointPurpose(tenantId, id));
  const { provider, createdAt = new Date() } = options;
  await owner`insert into webhook_endpoints (tenant_id, id, provider, mode, secret, sealed_by, created_at)
    values (${tenantId}, ${id}, ${provider}, 'test', ${Buffer.from(sealed)}, ${sealedBy}, ${createdAt})`;
  return { id, secret };
}

export interface ToSign {
  id: string;
  body: string;
  secret?: string;
  signedAt?: Date;
  provider?: string;
  endpoint?: string | null;
}

/** As a provider that speaks Standard Webhooks would post it. */
export function signed({ id, body, secret = operatorSecret, signedAt = new Date(), ...to }: ToSign): IncomingWebhook {
  const rawBody = Buffer.from(body);
  const timestampSeconds = Math.floor(signedAt.getTime() / 1_000);
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook({ secret, id, timestampSeconds, body: rawBody }),
  };
  return { provider: to.provider ?? 'sandbox', endpoint: to.endpoint ?? null, headers, rawBody };
}

export function chargeUpdated(about: { account: string; reference: string; chargeId?: string }): string {
  const { account, reference, chargeId = 'sch_unknown' } = about;
  return JSON.stringify({
    ...{ type: 'charge.updated', timestamp: new Date().toISOString() },
    ...{ account, reference, charge_id: chargeId },
  });
}
