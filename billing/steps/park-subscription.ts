import { withTenant } from '../../db/with-tenant.ts';
import type { SubscriptionId, TenantId } from '../../domain/ids.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { type BillingContext, workflowCaller } from '../context.ts';
import { notify } from '../subscription-work/notify.ts';
import { loadWork, type SubscriptionWork, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import type { NextStep, StepFailure, SubscriptionRef } from './next-step.ts';
import { settleStep, shownOf } from './step-of.ts';

const triesBeforeParking = 3;
const pauseBetweenTriesMs = 5 * SECOND_MS;

/**
 * A step failed for no reason of infrastructure. Counted in the row; the third time only this subscription is set aside for an
 * operator, with the step, its input and the error. Facts from providers and a cancel still apply to it.
 */
export async function noteStepFailure(
  context: BillingContext,
  ref: SubscriptionRef,
  failure: StepFailure,
): Promise<NextStep> {
  return withTenant(context.database, ref.tenantId as TenantId, async (tx) => {
    const work = await loadWork(tx, ref.subscriptionId as SubscriptionId, workflowCaller);
    invariant(work, `subscription ${ref.subscriptionId} exists`);
    const { sub } = work;
    sub.fruitlessTries += 1;
    const tries = sub.fruitlessTries;
    sub.lastResult = `${failure.step} failed: ${failure.error}`.slice(0, 500);
    const parks = sub.parkedAt === null && (tries >= triesBeforeParking || failure.error.includes('invariant broken'));
    if (parks) park(work, failure);
    const next = await settleStep(work);
    // `settleStep` counts as fruit; this was none.
    sub.fruitlessTries = tries;
    await tx.sql`update subscriptions set fruitless_tries = ${tries} where tenant_id = ${sub.tenantId} and id = ${sub.id}`;
    if (sub.parkedAt !== null || next.kind === 'ended') return next;
    return {
      kind: 'sleep',
      sleepMs: pauseBetweenTriesMs * tries,
      summary: `Try ${failure.step} again after a failure`,
      shown: shownOf(work),
      changed: null,
    };
  });
}

function park(work: SubscriptionWork, failure: StepFailure): void {
  const { sub } = work;
  sub.parkedAt = work.tx.now;
  sub.parked = { step: failure.step, input: failure.input ?? null, error: failure.error };
  writeTimeline(work, 'needs_attention', { step: failure.step, error: failure.error });
  writeAudit(work, 'subscription.parked', sub.id, { step: failure.step, error: failure.error });
  notify(work, 'subscription_parked', { step: failure.step, error: failure.error });
}
