import type { PaymentProvider, ProviderEvent } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { entryOfEvent } from '../../billing/webhooks/entry-of-event.ts';
import type { Answer } from '../../contracts/answer.ts';
import { parseId } from '../../db/new-id.ts';
import { readAsTenant, type TenantDatabase } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { assertNever } from '../../domain/invariant.ts';
import { registerCounter } from '../../runtime/metrics.ts';
import type { Endpoint, FindEndpoint } from './find-endpoint.ts';
import type { SeenNotifications } from './seen-notifications.ts';
import type { InboxWriter } from './write-inbox.ts';

const received = registerCounter({
  name: 'redcore_webhooks_received_total',
  help: 'Provider notifications by what became of them at the door',
  labels: ['provider', 'outcome'],
});

export interface WebhookDoorParts {
  database: TenantDatabase;
  /** Null: nobody here knows it. */
  provider: (name: string) => PaymentProvider | null;
  findEndpoint: FindEndpoint;
  inbox: InboxWriter;
  /** Absent: every repeated notification is found out in the inbox. */
  seen?: SeenNotifications;
  now: () => Date;
}

/** A provider's notification as it came. */
export interface IncomingWebhook {
  provider: string;
  /** From the address; null where it names none. */
  endpoint: string | null;
  /** Lower-case names. */
  headers: Record<string, string | undefined>;
  /** As it came: the signature is over these bytes. */
  rawBody: Uint8Array;
}

/** An index entry has to hold it. */
const eventIdLengthMax = 255;

type Refused = 'refused' | 'unknown_endpoint' | 'unknown_tenant' | 'unknown_subscription';

/**
 * R6: resolve the endpoint, verify, store, answer; nothing else. The row is unique per tenant, provider, endpoint and event, so
 * a repeated notification is answered like the first. Forged, stale or unreadable → 400; an endpoint, tenant or subscription
 * nobody has → 404; and no row.
 */
export async function receiveWebhook(parts: WebhookDoorParts, webhook: IncomingWebhook): Promise<Answer> {
  const provider = parts.provider(webhook.provider);
  if (provider === null) throw new DomainError('not_found', 'unknown provider');
  const { name } = provider;
  const accountRef = webhook.endpoint === null ? (provider.accountOfWebhook?.(webhook.rawBody) ?? null) : null;
  const endpoint = await parts.findEndpoint({ provider: name, endpoint: webhook.endpoint, accountRef });
  if (endpoint === null) throw refusal(name, 'unknown_endpoint');
  const event = await verify(parts, provider, endpoint, webhook);
  const tenantId = tenantOf(name, endpoint, event);
  const address = { tenantId, provider: name, endpoint: endpoint.id, eventId: event.eventId };
  if (parts.seen && (await parts.seen.has(address))) return accept(name, 'seen');
  const { subscriptionRef = null } = event;
  if (subscriptionRef !== null && !(await hasSubscription(parts.database, tenantId, subscriptionRef)))
    throw refusal(name, 'unknown_subscription');
  const entry = entryOfEvent({ provider: name, endpoint: endpoint.id }, event, webhook.rawBody);
  const written = await parts.inbox.write(tenantId, entry);
  switch (written) {
    case 'stored':
    case 'known':
      parts.seen?.remember(address);
      return accept(name, written);
    case 'unknown_tenant':
    case 'refused':
      throw refusal(name, written);
    default:
      return assertNever(written);
  }
}

function accept(provider: string, outcome: 'stored' | 'known' | 'seen'): Answer {
  received.inc({ provider, outcome });
  return { status: 200, body: { status: 'received' } };
}

async function verify(
  { now }: WebhookDoorParts,
  provider: PaymentProvider,
  { secret, settings }: Endpoint,
  { headers, rawBody }: IncomingWebhook,
): Promise<ProviderEvent> {
  try {
    const event = await provider.parseWebhook({ headers, rawBody, secret, settings, now: now() });
    if (event.eventId.length > 0 && event.eventId.length <= eventIdLengthMax) return event;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // What the signature is checked with cannot be had now: the provider delivers again.
    if (error.kind !== 'rejected') throw unverifiable(provider.name);
  }
  throw refusal(provider.name, 'refused');
}

/** Whoever's endpoint it is; only the operator's own provider is believed about its tenant, and only by its own signature. */
function tenantOf(provider: string, endpoint: Endpoint, { accountRef }: ProviderEvent): TenantId {
  const named = parseId('tenant', accountRef ?? '');
  if (endpoint.tenantId === null) {
    if (named === null) throw refusal(provider, 'unknown_tenant');
    return named;
  }
  if (named !== null && named !== endpoint.tenantId) throw refusal(provider, 'refused');
  return endpoint.tenantId;
}

/** The custom provider's notifications name a subscription (spec §6), or none: a provider of one's own is told when it is mistaken. */
async function hasSubscription(database: TenantDatabase, tenantId: TenantId, ref: string): Promise<boolean> {
  const id = parseId('subscription', ref);
  if (id === null) return false;
  const found = await readAsTenant(database, tenantId, (sql) => sql`select 1 from subscriptions where id = ${id}`);
  return found.length > 0;
}

function unverifiable(provider: string): DomainError {
  received.inc({ provider, outcome: 'unverifiable' });
  return new DomainError(
    'provider_unavailable',
    'The signature cannot be checked now. Deliver this notification again.',
  );
}

function refusal(provider: string, outcome: Refused): DomainError {
  received.inc({ provider, outcome });
  if (outcome === 'refused')
    return new DomainError('invalid_request', 'The signature or the payload of this notification is not valid.');
  return new DomainError('not_found', outcome);
}
