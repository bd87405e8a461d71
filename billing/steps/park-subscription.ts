import { withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import { type BillingContext, workflowCaller } from '../context.ts';
import { notify } from '../subscription-work/notify.ts';
import { loadWorkOf } from '../subscription-work/payment-work.ts';
import { type SubscriptionWork, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import type { NextStep, Shown, StepFailure, WorkflowRef } from './next-step.ts';
import { settleStep, shownOf } from './step-of.ts';

const triesBeforeParking = 3;
const pauseBetweenTriesMs = 5 * SECOND_MS;

/**
 * A step failed for no reason of infrastructure. Counted in the row; the third time only this subscription is set aside for an
 * operator, with the step, its input and the error. Facts from providers and a cancel still apply to it.
 */
export async function noteStepFailure(
  context: BillingContext,
  ref: WorkflowRef,
  failure: StepFailure,
): Promise<NextStep> {
  const { next, intents } = await withTenant(context.database, ref.tenantId as TenantId, async (tx) => {
    const work = await loadWorkOf(tx, ref, workflowCaller);
    const { sub } = work;
    sub.fruitlessTries += 1;
    const tries = sub.fruitlessTries;
    sub.lastResult = `${failure.step} failed: ${failure.error}`.slice(0, 500);
    if (sub.parkedAt === null && needsPerson(failure, tries)) park(work, failure);
    const settled = await settleStep(work);
    // `settleStep` counts as fruit; this was none.
    sub.fruitlessTries = tries;
    const table = tx.sql(work.owner.kind === 'subscription' ? 'subscriptions' : 'carriers');
    await tx.sql`update ${table} set fruitless_tries = ${tries} where tenant_id = ${sub.tenantId} and id = ${sub.id}`;
    if (sub.parkedAt !== null || settled.next.kind === 'ended') return settled;
    return { ...settled, next: tryAgain(failure, tries, shownOf(work)) };
  });
  context.sendIntents(intents);
  return next;
}

export function tryAgain(failure: StepFailure, tries: number, shown: Shown): NextStep {
  const summary = `Try ${failure.step} again after a failure`;
  return { kind: 'sleep', sleepMs: pauseBetweenTriesMs * tries, summary, shown, changed: null };
}

/** Whether this many fruitless tries, or such an error, is for a person to look at. */
export function needsPerson(failure: StepFailure, tries: number): boolean {
  return tries >= triesBeforeParking || failure.error.includes('invariant broken');
}

function park(work: SubscriptionWork, failure: StepFailure): void {
  const { sub } = work;
  sub.parkedAt = work.tx.now;
  sub.parked = { step: failure.step, input: failure.input ?? null, error: failure.error };
  writeTimeline(work, 'needs_attention', { step: failure.step, error: failure.error });
  writeAudit(work, `${work.owner.kind}.parked`, sub.id, { step: failure.step, error: failure.error });
  notify(work, `${work.owner.kind}_parked`, { step: failure.step, error: failure.error });
}
