import { z } from 'zod';
import type { ProviderDispute, ProviderEvent, ProviderFact } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { fromStripeAmount } from './currency.ts';

const event = z.object({
  id: z.string().min(1),
  type: z.string().min(1),
  created: z.int(),
  account: z.string().optional(),
  data: z.object({ object: z.record(z.string(), z.unknown()) }),
});
const identified = z.object({
  id: z.string().min(1),
  metadata: z.record(z.string(), z.string()).nullish(),
});
const dispute = z.object({
  id: z.string().min(1),
  amount: z.int(),
  currency: z.string(),
  created: z.int(),
  payment_intent: z.string().nullish(),
  reason: z.string(),
  status: z.string(),
  evidence_details: z.object({ due_by: z.int().nullish() }).nullish(),
});
const refundedCharge = z.object({ refunds: z.object({ data: z.array(identified) }).nullish() });
const session = identified.extend({ mode: z.string() });

type StripeObject = Record<string, unknown>;

/** Throws `ProviderError('rejected', 'bad_payload')` for what is no event of Stripe's. */
export function toProviderEvent(json: unknown): ProviderEvent {
  const { id, type, created, account, data } = read(event, json);
  return { eventId: id, type, accountRef: account ?? null, fact: toFact(type, data.object), occurredAt: at(created) };
}

function toFact(type: string, object: StripeObject): ProviderFact | null {
  if (type.startsWith('payment_intent.')) {
    const { id, metadata } = read(identified, object);
    return { kind: 'charge_updated', attemptId: metadata?.['attempt_id'] ?? null, providerChargeId: id };
  }
  if (type.startsWith('charge.dispute.')) return toDisputeFact(object);
  if (type.startsWith('refund.') || type === 'charge.refund.updated') return toRefundFact(object);
  if (type === 'charge.refunded') {
    const [newest] = read(refundedCharge, object).refunds?.data ?? [];
    return newest === undefined ? null : toRefundFact(newest);
  }
  return type.startsWith('checkout.session.') || type.startsWith('setup_intent.') ? toSetupFact(type, object) : null;
}

function toRefundFact(object: StripeObject): ProviderFact {
  const { id, metadata } = read(identified, object);
  return { kind: 'refund_updated', refundId: metadata?.['refund_id'] ?? null, providerRefundId: id };
}

/** A set-up is known by its Checkout session; of a SetupIntent only the metadata tells whether it is one of ours. */
function toSetupFact(type: string, object: StripeObject): ProviderFact | null {
  if (type.startsWith('checkout.')) {
    const { id, mode, metadata } = read(session, object);
    if (mode !== 'setup') return null;
    return { kind: 'setup_updated', setupId: metadata?.['setup_id'] ?? null, providerSetupId: id };
  }
  const setupId = read(identified, object).metadata?.['setup_id'];
  return setupId === undefined ? null : { kind: 'setup_updated', setupId, providerSetupId: null };
}

/** https://docs.stripe.com/disputes/how-disputes-work: an inquiry (`warning_…`) and a prevented dispute take no money, hence no fact. */
function toDisputeFact(object: StripeObject): ProviderFact | null {
  const { id, status, reason, created, payment_intent, evidence_details, ...money } = read(dispute, object);
  if (status.startsWith('warning_') || status === 'prevented') return null;
  const dueBy = evidence_details?.due_by ?? null;
  return {
    kind: 'dispute_updated',
    dispute: {
      providerDisputeId: id,
      attemptId: null,
      providerChargeId: payment_intent ?? null,
      status: toDisputeStatus(status),
      ...fromStripeAmount(money.amount, money.currency),
      reason,
      openedAt: at(created).toISOString(),
      evidenceDueAt: dueBy === null ? null : at(dueBy).toISOString(),
    },
  };
}

/** An appeal follows a loss and changes nothing before it is won. */
function toDisputeStatus(status: string): ProviderDispute['status'] {
  if (status === 'won') return 'won';
  return status === 'lost' || status.startsWith('appeal_') ? 'lost' : 'open';
}

function at(seconds: number): Date {
  return new Date(seconds * 1000);
}

function read<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new ProviderError('rejected', 'bad_payload', { cause: result.error });
}
