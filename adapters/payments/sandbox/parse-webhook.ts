import { z } from 'zod';
import { assertNever } from '../../../domain/invariant.ts';
import type { ParseWebhookRequest, ProviderEvent, ProviderFact } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { verifyWebhook } from '../standard-webhooks.ts';

const id = z.string().min(1);
const instant = z.iso.datetime();
const disputeFields = {
  ...{ dispute_id: id, charge_id: id, reference: id, amount: z.int().min(1), currency: z.string(), reason: z.string() },
  ...{ status: z.enum(['open', 'won', 'lost']), opened_at: instant, evidence_due_at: instant.nullable() },
};

const known = z.discriminatedUnion('type', [
  z.object({ type: z.literal('charge.updated'), reference: id, charge_id: id.nullish() }),
  z.object({ type: z.literal('refund.updated'), reference: id, refund_id: id.nullish() }),
  z.object({ type: z.literal(['dispute.opened', 'dispute.won', 'dispute.lost']), ...disputeFields }),
  z.object({ type: z.literal('setup.completed'), reference: id, setup_id: id.nullish() }),
]);
const knownTypes: readonly string[] = known.options.flatMap((option) => [...option.shape.type.values]);

/** An event of a type nobody knows has these. */
const anyEvent = z.object({ type: id, timestamp: instant, account: id });

/** The signature is checked over the raw bytes before anything is parsed. */
export async function parseSandboxWebhook(request: ParseWebhookRequest): Promise<ProviderEvent> {
  return readSandboxEvent(verifyWebhook(request), request.rawBody);
}

/** What a verified delivery or the provider's own list says. */
export function readSandboxEvent(eventId: string, rawBody: Uint8Array): ProviderEvent {
  const json = parseJson(rawBody);
  const event = anyEvent.safeParse(json);
  if (!event.success) throw new ProviderError('rejected', 'bad_payload', { cause: event.error });
  const { type, account, timestamp } = event.data;
  const fact = knownTypes.includes(type) ? readFact(json) : null;
  return { eventId, type, accountRef: account, fact, occurredAt: new Date(timestamp) };
}

function readFact(json: unknown): ProviderFact {
  const parsed = known.safeParse(json);
  if (!parsed.success) throw new ProviderError('rejected', 'bad_payload', { cause: parsed.error });
  const event = parsed.data;
  switch (event.type) {
    case 'charge.updated':
      return { kind: 'charge_updated', attemptId: event.reference, providerChargeId: event.charge_id ?? null };
    case 'refund.updated':
      return { kind: 'refund_updated', refundId: event.reference, providerRefundId: event.refund_id ?? null };
    case 'setup.completed':
      return { kind: 'setup_updated', setupId: event.reference, providerSetupId: event.setup_id ?? null };
    case 'dispute.opened':
    case 'dispute.won':
    case 'dispute.lost':
      return disputeFact(event);
    default:
      return assertNever(event);
  }
}

function disputeFact(event: Extract<z.output<typeof known>, { dispute_id: string }>): ProviderFact {
  const dispute = {
    ...{ providerDisputeId: event.dispute_id, attemptId: event.reference, providerChargeId: event.charge_id },
    ...{ status: event.status, amountMinor: event.amount, currency: event.currency, reason: event.reason },
    ...{ openedAt: event.opened_at, evidenceDueAt: event.evidence_due_at },
  };
  return { kind: 'dispute_updated', dispute };
}

function parseJson(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8'));
  } catch (error) {
    throw new ProviderError('rejected', 'bad_payload', { cause: error });
  }
}
