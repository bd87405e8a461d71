import { z } from 'zod';
import { assertNever } from '../../../domain/invariant.ts';
import type { CancelAttemptResult, ChargeOutcome, LookUpResult, ProviderCharge } from '../port.ts';
import { readAnswer } from '../read-answer.ts';
import type { WireAnswer } from '../send-request.ts';
import { classifyDecline } from './classify-decline.ts';

export const wireCharge = z.object({
  id: z.string(),
  reference: z.string(),
  amount: z.int(),
  currency: z.string(),
  status: z.enum(['succeeded', 'declined', 'requires_action', 'pending', 'canceled']),
  decline_code: z.string().nullable(),
  /** Where the provider itself says what its code means. */
  decline_kind: z.enum(['hard', 'soft', 'insufficient_funds', 'authentication_required']).nullish(),
  message: z.string(),
  refunded: z.int(),
  action_url: z.string().nullable(),
  created_at: z.iso.datetime(),
});

export type WireCharge = z.output<typeof wireCharge>;

export const wireChargeList = z.object({ data: z.array(wireCharge), next_cursor: z.string().nullable() });

export function toOutcome(charge: WireCharge): ChargeOutcome {
  const { id: providerChargeId, message } = charge;
  switch (charge.status) {
    case 'succeeded':
      return { kind: 'succeeded', providerChargeId, message };
    case 'declined':
    case 'canceled': {
      const code = charge.decline_code ?? charge.status;
      const declineKind = charge.decline_kind ?? classifyDecline(code);
      return { kind: 'declined', providerChargeId, declineKind, code, message };
    }
    case 'requires_action':
      // An open action whose page is unknown is still open: money may move, so it must not look decided.
      if (charge.action_url === null) return { kind: 'pending', providerChargeId };
      return { kind: 'requires_action', providerChargeId, url: charge.action_url };
    case 'pending':
      return { kind: 'pending', providerChargeId };
    default:
      return assertNever(charge.status);
  }
}

const rank: Record<WireCharge['status'], number> = {
  succeeded: 3,
  requires_action: 2,
  pending: 2,
  declined: 1,
  canceled: 0,
};

/** After a key expired one reference may stand on several charges: a success outranks an open one, that one a decided one, then the newest. */
export function toLookUpResult(charges: readonly WireCharge[]): LookUpResult {
  let best: WireCharge | undefined;
  for (const charge of charges) if (best === undefined || rank[charge.status] >= rank[best.status]) best = charge;
  if (best === undefined) return { kind: 'not_found' };
  return { kind: 'found', outcome: toOutcome(best), amountMinor: best.amount, currency: best.currency };
}

export function toProviderCharge(charge: WireCharge): ProviderCharge {
  return {
    providerChargeId: charge.id,
    attemptId: charge.reference,
    amountMinor: charge.amount,
    currency: charge.currency,
    status: charge.status,
    refundedMinor: charge.refunded,
    createdAt: new Date(charge.created_at),
  };
}

const decidedBody = z.object({ error: z.object({ code: z.literal('already_decided') }), charge: wireCharge });

export function readCancelAnswer(answer: WireAnswer): CancelAttemptResult {
  if (answer.status === 409) {
    const { charge } = readAnswer(decidedBody, { ...answer, status: 200 });
    return { kind: 'already_decided', outcome: toOutcome(charge) };
  }
  readAnswer(wireCharge, answer);
  return { kind: 'canceled' };
}
