import { z } from 'zod';
import type { ProviderDispute, ProviderFact } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { fromPaypalMoney } from './amounts.ts';

const instant = z.string().transform((value, context) => {
  const atMs = Date.parse(value);
  if (!Number.isNaN(atMs)) return new Date(atMs).toISOString();
  context.addIssue({ code: 'custom', message: 'no instant' });
  return z.NEVER;
});

const disputeBody = z.object({
  dispute_id: z.string().min(1),
  create_time: instant,
  reason: z.string().default('other'),
  status: z.string().default('OPEN'),
  dispute_amount: z.object({ currency_code: z.string(), value: z.string() }),
  dispute_outcome: z.object({ outcome_code: z.string().optional() }).optional(),
  seller_response_due_date: instant.optional(),
  disputed_transactions: z
    .array(z.object({ custom: z.string().optional(), invoice_number: z.string().optional() }))
    .default([]),
});

/** How a resolved dispute ended; with an outcome of next year it stays open until an event says more. */
const statusOf: Readonly<Record<string, ProviderDispute['status']>> = {
  RESOLVED_BUYER_FAVOUR: 'lost',
  RESOLVED_BUYER_FAVOR: 'lost',
  ACCEPTED: 'lost',
  RESOLVED_SELLER_FAVOUR: 'won',
  RESOLVED_SELLER_FAVOR: 'won',
  RESOLVED_WITH_PAYOUT: 'won',
  CANCELED_BY_BUYER: 'won',
  DENIED: 'won',
};

function readMoney({ currency_code, value }: { currency_code: string; value: string }) {
  try {
    return fromPaypalMoney({ currencyCode: currency_code, value });
  } catch (error) {
    throw new ProviderError('rejected', 'bad_payload', { cause: error });
  }
}

/** A dispute names the capture, which is no id of ours, and the attempt; one without an attempt is not about a charge of ours. */
export function disputeOf(resource: object): ProviderFact | null {
  const dispute = disputeBody.safeParse(resource);
  if (!dispute.success) throw new ProviderError('rejected', 'bad_payload', { cause: dispute.error });
  const { dispute_amount: amount, disputed_transactions: transactions, ...data } = dispute.data;
  const money = readMoney(amount);
  const attemptId = transactions[0]?.custom ?? transactions[0]?.invoice_number ?? null;
  if (attemptId === null) return null;
  const resolved = data.status === 'RESOLVED' ? statusOf[data.dispute_outcome?.outcome_code ?? ''] : undefined;
  return {
    kind: 'dispute_updated',
    dispute: {
      providerDisputeId: data.dispute_id,
      attemptId,
      providerChargeId: null,
      status: resolved ?? 'open',
      ...money,
      reason: data.reason.toLowerCase(),
      openedAt: data.create_time,
      evidenceDueAt: data.seller_response_due_date ?? null,
    },
  };
}
