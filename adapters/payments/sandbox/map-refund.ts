import { z } from 'zod';
import { assertNever } from '../../../domain/invariant.ts';
import type { LookUpRefundResult, RefundOutcome } from '../port.ts';

export const wireRefund = z.object({
  id: z.string(),
  reference: z.string(),
  status: z.enum(['succeeded', 'pending', 'rejected', 'failed']),
  failure_code: z.string().nullable(),
  message: z.string(),
  amount: z.int(),
  currency: z.string(),
});

export type WireRefund = z.output<typeof wireRefund>;

export const wireRefundList = z.object({ data: z.array(wireRefund) });

export function toRefundOutcome({ status, id: providerRefundId, failure_code, message }: WireRefund): RefundOutcome {
  switch (status) {
    case 'succeeded':
    case 'pending':
      return { kind: status, providerRefundId };
    case 'rejected':
      return { kind: 'rejected', code: failure_code ?? 'rejected', message };
    case 'failed':
      return { kind: 'failed', providerRefundId, code: failure_code ?? 'failed', message };
    default:
      return assertNever(status);
  }
}

const withoutMoney: readonly WireRefund['status'][] = ['rejected', 'failed'];

/** Money that is gone outranks a rejection or failure of the same reference. */
export function toLookUpRefundResult(refunds: readonly WireRefund[]): LookUpRefundResult {
  const refund = refunds.find(({ status }) => !withoutMoney.includes(status)) ?? refunds.at(-1);
  if (refund === undefined) return { kind: 'not_found' };
  return { kind: 'found', outcome: toRefundOutcome(refund), amountMinor: refund.amount, currency: refund.currency };
}
