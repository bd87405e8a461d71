import type { PaymentProvider, ProviderEvent } from '../adapters/payments/port.ts';
import { ProviderError } from '../adapters/payments/provider-error.ts';
import type { Answer } from '../contracts/answer.ts';
import { newId, parseId } from '../db/new-id.ts';
import { storeInInbox } from '../db/queries/inbox.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import { DomainError } from '../domain/errors.ts';
import { registerCounter } from '../runtime/metrics.ts';

/** The provider's account of a tenant has one endpoint as long as nobody can create more. */
const endpoint = 'default';

const received = registerCounter({
  name: 'redcore_webhooks_received_total',
  help: 'Provider notifications by what became of them at the door',
  labels: ['provider', 'outcome'],
});

export interface ReceiveWebhookInput {
  database: TenantDatabase;
  provider: PaymentProvider;
  /** Lower-case names. */
  headers: Record<string, string | undefined>;
  /** As it came: the signature is over these bytes. */
  rawBody: Uint8Array;
  secret: string;
  now: Date;
}

/**
 * R6: verify, store, answer; nothing else. The row is unique per tenant, provider, endpoint and event, so a repeated
 * notification is answered like the first. Forged, stale or unreadable → 400, a tenant nobody has → 404, and no row.
 */
export async function receiveWebhook(input: ReceiveWebhookInput): Promise<Answer> {
  const provider = input.provider.name;
  const event = await verify(input);
  const tenantId = parseId('tenant', event.accountRef ?? '');
  if (tenantId === null) throw refusal(provider, 'unknown_tenant');
  const entry = {
    provider,
    endpoint,
    providerEventId: event.eventId,
    id: newId('event'),
    attemptId: event.fact?.kind === 'charge_updated' ? parseId('attempt', event.fact.attemptId ?? '') : null,
    body: input.rawBody,
  };
  const isNew = await storeInInbox(input.database, tenantId, entry).catch((error: unknown) => {
    if ((error as { code?: unknown } | null)?.code === '23503') throw refusal(provider, 'unknown_tenant');
    throw error;
  });
  received.inc({ provider, outcome: isNew ? 'stored' : 'known' });
  return { status: 200, body: { status: 'received' } };
}

async function verify(input: ReceiveWebhookInput): Promise<ProviderEvent> {
  const { provider, headers, rawBody, secret, now } = input;
  try {
    return await provider.parseWebhook({ headers, rawBody, secret, settings: {}, now });
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'rejected') throw refusal(provider.name, 'refused');
    throw error;
  }
}

function refusal(provider: string, outcome: 'refused' | 'unknown_tenant'): DomainError {
  received.inc({ provider, outcome });
  if (outcome === 'unknown_tenant') return new DomainError('not_found', 'The account of this notification is unknown.');
  return new DomainError('invalid_request', 'The signature or the payload of this notification is not valid.');
}
