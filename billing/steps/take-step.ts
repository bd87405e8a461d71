import { performance } from 'node:perf_hooks';
import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import { markSent } from '../attempts/mark-sent.ts';
import { type Enter, openGates, withPlaces } from '../attempts/provider-gates.ts';
import { sendCharge } from '../attempts/send-charge.ts';
import { type AttemptStep, stepOnAttempt } from '../attempts/with-attempt.ts';
import { applyChargeResult } from '../collection/apply-charge-result.ts';
import { type BillingContext, workflowCaller } from '../context.ts';
import { loadWorkOf } from '../subscription-work/payment-work.ts';
import { isDueCall, nextOf, refOfWork } from '../subscription-work/settle.ts';
import type { SubscriptionWork } from '../subscription-work/subscription-work.ts';
import { doWhatIsDue } from './do-what-is-due.ts';
import type { NextStep, WorkflowRef } from './next-step.ts';
import { settleStep, summaryOfCharge } from './step-of.ts';

export interface StepOptions {
  /** A due charge is made within the step where its provider has a place for that; else the step says whom to call. */
  chargesInLine?: boolean;
}

/** The step's own time is 5 s: what is left is for the transaction that applies the outcome. */
const inLineDeadlineMs = 3 * SECOND_MS;
const inLineLeaseMs = 30 * SECOND_MS;

/** Decided by nobody in between: the row of the due charge as it was committed, and who may send it. */
interface InLine {
  attempt: AttemptRow;
  leaseId: string;
  summary: string;
}

/**
 * One transaction under the lock of a subscription, or of a payment without one: does what is due, and says what follows. With a
 * charge in line there is a second one.
 */
export function takeStep(context: BillingContext, ref: WorkflowRef, options: StepOptions = {}): Promise<NextStep> {
  const deadline = performance.now() + inLineDeadlineMs;
  const gates = context.gates ?? openGates;
  return withPlaces(gates.enterInLine, async (enter) => {
    let inLine: InLine | null = null;
    const { intents, ...begun } = await withTenant(context.database, ref.tenantId as TenantId, async (tx) => {
      const work = await loadWorkOf(tx, ref, workflowCaller);
      await doWhatIsDue(work);
      if (options.chargesInLine) inLine = leaseInLine(work, enter);
      return { ...(await settleStep(work)), work };
    });
    context.sendIntents(intents);
    return inLine === null ? begun.next : chargeInLine(context, begun, { ...(inLine as InLine), deadline });
  });
}

/** What was tried before is left to the provider's queue, which has the patience. */
function leaseInLine(work: SubscriptionWork, enter: Enter): InLine | null {
  const next = nextOf(work);
  if (next.kind !== 'charge' || !isDueCall(next, work)) return null;
  const attempt = work.open.attempts.find(({ id }) => id === next.duty?.subjectId);
  if (attempt?.status !== 'created' || !enter(attempt.provider)) return null;
  const summary = summaryOfCharge(work, attempt.id);
  const leaseId = markSent(work, attempt, inLineLeaseMs);
  return { attempt: { ...attempt }, leaseId, summary };
}

/**
 * Between the two transactions as any charge. An outcome that is not definite has its date in the row; a step that dies here, or
 * whose time is over, leaves its lease: the next one sleeps until that ends and asks the provider.
 */
async function chargeInLine(
  context: BillingContext,
  begun: AttemptStep,
  sending: InLine & { deadline: number },
): Promise<NextStep> {
  const { attempt, leaseId, deadline, summary } = sending;
  const { id: subjectId } = attempt;
  const { result, error } = await sendCharge(context, attempt, deadline);
  const input = { ...refOfWork(begun.work), subjectId };
  const apply = async (work: SubscriptionWork, current: AttemptRow) => {
    await applyChargeResult(work, current, result, leaseId);
  };
  const { next } = await stepOnAttempt(context, input, apply, begun);
  if (error?.kind === 'rejected') throw error;
  return { ...next, summary: `${summary}: ${result.kind.replace('_', ' ')} · ${next.summary}` };
}
