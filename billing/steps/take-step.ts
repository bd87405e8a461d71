import { withTenant } from '../../db/with-tenant.ts';
import type { SubscriptionId, TenantId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import { type BillingContext, workflowCaller } from '../context.ts';
import { loadWork } from '../subscription-work/subscription-work.ts';
import { doWhatIsDue } from './do-what-is-due.ts';
import type { NextStep, SubscriptionRef } from './next-step.ts';
import { settleStep } from './step-of.ts';

/** One transaction under the row lock: does what is due, and says what follows. */
export async function takeStep(context: BillingContext, ref: SubscriptionRef): Promise<NextStep> {
  return withTenant(context.database, ref.tenantId as TenantId, async (tx) => {
    const work = await loadWork(tx, ref.subscriptionId as SubscriptionId, workflowCaller);
    invariant(work, `subscription ${ref.subscriptionId} exists`);
    await doWhatIsDue(work);
    return settleStep(work);
  });
}
