import { proxyActivities } from '@temporalio/workflow';
import type { ReconcilerActivities } from '../activities/reconciler-activities.ts';

// One try: the schedule comes again within the minute.
const { reconcileOverdue } = proxyActivities<ReconcilerActivities>({
  startToCloseTimeout: '55s',
  retry: { maximumAttempts: 1 },
});

/** One round of the safety net, started by its schedule every minute. */
export function reconcile(): Promise<string> {
  return reconcileOverdue.executeWithOptions({ summary: 'Find subscriptions nobody is awake for' }, []);
}
