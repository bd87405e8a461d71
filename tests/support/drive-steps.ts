import { cancelAttempt } from '../../billing/attempts/cancel-attempt.ts';
import { chargeAttempt } from '../../billing/attempts/charge-attempt.ts';
import { lookUpAttempt } from '../../billing/attempts/look-up-attempt.ts';
import type { BillingContext } from '../../billing/context.ts';
import { noteRefundFailure, takeRefundStep } from '../../billing/refunds/refund-step.ts';
import { sendRefund } from '../../billing/refunds/send-refund.ts';
import type { NextStep, WorkflowRef } from '../../billing/steps/next-step.ts';
import { noteStepFailure } from '../../billing/steps/park-subscription.ts';
import { takeStep } from '../../billing/steps/take-step.ts';

export type Rest = Exclude<NextStep, { kind: 'call' }>;

const verbs = {
  chargeAttempt: (context: BillingContext, input: Parameters<typeof chargeAttempt>[1]) =>
    chargeAttempt(context, input, { mayThrow: false }),
  lookUpAttempt,
  cancelAttempt,
  sendRefund,
};

const callsMax = 200;

/**
 * The steps of one waking, as the workflow takes them, until the row says how long to sleep or that it is over. A step that throws
 * is the test's failure, or with `noteFailures` is reported to the row as the workflow reports it.
 */
export async function driveSteps(
  context: BillingContext,
  ref: WorkflowRef,
  options: { noteFailures?: boolean } = {},
): Promise<Rest> {
  const isRefund = 'carries' in ref && ref.carries === 'refund';
  const attempted = async (step: string, input: unknown, take: () => Promise<NextStep>): Promise<NextStep> => {
    try {
      return await take();
    } catch (error) {
      if (!options.noteFailures) throw error;
      const failure = { step, input, error: (error as Error).message };
      return isRefund ? noteRefundFailure(context, ref, failure) : noteStepFailure(context, ref, failure);
    }
  };
  const take = () => (isRefund ? takeRefundStep(context, ref) : takeStep(context, ref));
  let next = await attempted('takeStep', ref, take);
  for (let calls = 0; next.kind === 'call'; calls += 1) {
    if (calls > callsMax) throw new Error(`never comes to rest: ${JSON.stringify(next)}`);
    const { activity, input } = next;
    next = await attempted(activity, input, () => verbs[activity](context, input));
  }
  return next;
}
