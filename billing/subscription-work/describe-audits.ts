import { describeChange } from '../../domain/describe-change.ts';
import { subscriptionSnapshot } from './snapshots.ts';
import type { SubscriptionWork } from './subscription-work.ts';

type Snapshot = ReturnType<typeof subscriptionSnapshot>;

/** All that events carry of a subscription but metadata, which is whatever its business writes there. */
const told = [
  ...(['status', 'collection', 'plan_id', 'price_id', 'quantity', 'period_start', 'period_end', 'trial_end'] as const),
  ...(['cancel_at', 'resumes_at', 'credit_balance', 'pending_change', 'payment_method_id'] as const),
];

/**
 * Whatever a verb has done to the subscription stands in its audit row as before and after, whichever verb it was. What a verb says
 * itself goes on standing: of a change that waits, what was asked for.
 */
export function describeAudits(work: SubscriptionWork): void {
  const { sub, before, audits, owner, isNew } = work;
  const own = audits.filter(({ resourceId }) => resourceId === sub.id);
  if (owner.kind !== 'subscription' || isNew || own.length === 0) return;
  const change = describeChange(JSON.parse(before.snapshot) as Snapshot, subscriptionSnapshot(sub), told);
  if (Object.keys(change.after).length === 0) return;
  for (const { details } of own) {
    details['before'] = { ...change.before, ...(details['before'] as object | undefined) };
    details['after'] = { ...change.after, ...(details['after'] as object | undefined) };
  }
}
