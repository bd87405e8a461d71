import type { Answer } from '../../contracts/answer.ts';
import type { AttemptRow, PaymentRow } from '../../db/queries/billing-rows.ts';
import { toIso } from '../../domain/instant.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';

/** The answer of a PUT: 200 with what waits for the period's end, 202 while an upgrade's charge is undecided. */
export function renderChanged(work: SubscriptionWork, undecided: boolean): Answer {
  const { sub } = work;
  const body = { subscription_id: sub.id, updated_at: toIso(sub.updatedAt) };
  const change = sub.pendingChange;
  if (!change) return { status: 200, body };
  const pending = { waits_for: change.waitsFor, plan_id: change.planId, quantity: change.quantity };
  return { status: undecided ? 202 : 200, body: { ...body, pending_change: pending } };
}

export function renderUpgradeDeclined(work: SubscriptionWork, payment: PaymentRow, attempt: AttemptRow): Answer {
  return {
    status: 402,
    body: {
      type: 'about:blank',
      title: 'Payment declined',
      code: 'payment_declined',
      detail: 'The charge of the change was declined; nothing has changed.',
      subscription_id: work.sub.id,
      status: work.sub.status,
      payment: {
        payment_id: payment.id,
        status: payment.status,
        amount: payment.amountMinor,
        currency: payment.currency,
        decline_kind: attempt.declineKind,
      },
    },
  };
}
