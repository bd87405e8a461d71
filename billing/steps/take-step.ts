import { withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type BillingContext, workflowCaller } from '../context.ts';
import { loadWorkOf } from '../subscription-work/payment-work.ts';
import { doWhatIsDue } from './do-what-is-due.ts';
import type { NextStep, WorkflowRef } from './next-step.ts';
import { settleStep } from './step-of.ts';

/** One transaction under the lock of a subscription, or of a payment without one: does what is due, and says what follows. */
export async function takeStep(context: BillingContext, ref: WorkflowRef): Promise<NextStep> {
  const { next, intents } = await withTenant(context.database, ref.tenantId as TenantId, async (tx) => {
    const work = await loadWorkOf(tx, ref, workflowCaller);
    await doWhatIsDue(work);
    return settleStep(work);
  });
  context.sendIntents(intents);
  return next;
}
