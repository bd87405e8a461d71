import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { replaceUndecidedAnswer } from '../../db/queries/idempotency-keys.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { renderChanged, renderUpgradeDeclined } from '../subscriptions/render-changed.ts';

/** Design §8: an upgrade's attempt carries the key of its call, so whoever settles it stores the answer the call would have got. */
export async function storeSettledAnswer(work: SubscriptionWork, attempt: AttemptRow): Promise<void> {
  if (attempt.trigger !== 'upgrade' || attempt.claimKey === null || attempt.settledAt !== work.tx.now) return;
  const payment = work.changed.payments.get(attempt.paymentId)?.row;
  const declined = attempt.status === 'declined' && payment;
  const answer = declined ? renderUpgradeDeclined(work, payment, attempt) : renderChanged(work, false);
  await replaceUndecidedAnswer(work.tx, attempt.claimKey, answer);
}
