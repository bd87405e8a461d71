import { z } from 'zod';
import type { ParseWebhookRequest, ProviderEvent, ProviderFact } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { verifyWebhook } from '../standard-webhooks.ts';

const reference = z.string().min(1).max(255).nullish();
const dispute = z.object({
  id: z.string().min(1).max(255),
  status: z.enum(['open', 'won', 'lost']).default('open'),
  reason: z.string().min(1).max(255).default('chargeback'),
  opened_at: z.iso.datetime({ offset: true }).nullish(),
  evidence_due_at: z.iso.datetime({ offset: true }).nullish(),
});

/** The body of spec §6. */
const notification = z.object({
  event_type: z.string().min(1).max(100),
  subscription_id: reference,
  amount: z.int().min(0),
  currency: z.string().regex(/^[A-Z]{3}$/),
  timestamp: z.iso.datetime({ offset: true }),
  payload: z
    .object({
      attempt_id: reference,
      charge_id: reference,
      refund_id: reference,
      provider_refund_id: reference,
      dispute: dispute.nullish(),
    })
    .default({}),
});

type Notification = z.output<typeof notification>;

/** The signature is checked over the raw bytes before anything is parsed; the account is known by the endpoint. */
export async function parseNotification(request: ParseWebhookRequest): Promise<ProviderEvent> {
  const eventId = verifyWebhook(request);
  const parsed = notification.safeParse(parseJson(request.rawBody));
  if (!parsed.success) throw new ProviderError('rejected', 'bad_payload', { cause: parsed.error });
  const { event_type: type, subscription_id, timestamp } = parsed.data;
  return {
    ...{ eventId, type, accountRef: null, fact: factOf(parsed.data), occurredAt: new Date(timestamp) },
    subscriptionRef: subscription_id ?? null,
  };
}

/** Null: a type of next year, or one that names nothing of ours. */
function factOf(told: Notification): ProviderFact | null {
  const { attempt_id = null, charge_id = null, refund_id = null, provider_refund_id = null } = told.payload;
  const aboutCharge = attempt_id !== null || charge_id !== null;
  switch (told.event_type) {
    case 'payment_succeeded':
    case 'payment_failed':
      return aboutCharge ? { kind: 'charge_updated', attemptId: attempt_id, providerChargeId: charge_id } : null;
    case 'refund_succeeded':
    case 'refund_failed': {
      if (refund_id === null && provider_refund_id === null) return null;
      return { kind: 'refund_updated', refundId: refund_id, providerRefundId: provider_refund_id };
    }
    case 'chargeback':
      return aboutCharge ? { kind: 'dispute_updated', dispute: disputeOf(told) } : null;
    default:
      return null;
  }
}

/** Without a dispute of its own name a charge has one, and it is open. */
function disputeOf({ payload, amount: amountMinor, currency, timestamp }: Notification) {
  const { attempt_id: attemptId = null, charge_id: providerChargeId = null } = payload;
  const named = payload.dispute;
  return {
    providerDisputeId: named?.id ?? `chargeback_of_${attemptId ?? providerChargeId}`,
    ...{ attemptId, providerChargeId, amountMinor, currency },
    status: named?.status ?? 'open',
    reason: named?.reason ?? 'chargeback',
    openedAt: utc(named?.opened_at ?? timestamp),
    evidenceDueAt: named?.evidence_due_at == null ? null : utc(named.evidence_due_at),
  } as const;
}

function utc(instant: string): string {
  return new Date(instant).toISOString();
}

function parseJson(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8'));
  } catch (error) {
    throw new ProviderError('rejected', 'bad_payload', { cause: error });
  }
}
