import { noteRefundFailure, takeRefundStep } from '../billing/refunds/refund-step.ts';
import type { CarrierRef, NextStep, StepFailure, SubscriptionRef, WorkflowRef } from '../billing/steps/next-step.ts';
import { noteStepFailure } from '../billing/steps/park-subscription.ts';
import { type StepOptions, takeStep } from '../billing/steps/take-step.ts';
import { type ActivityParts, orAgain, orFailure } from './as-failure.ts';

/** The steps of the database; the billing worker offers them beside the workflows. */
export function createBillingActivities(parts: ActivityParts & StepOptions) {
  const { context, chargesInLine = false } = parts;
  return {
    takeStep: (ref: SubscriptionRef): Promise<NextStep> =>
      orFailure(parts, () => takeStep(context, ref, { chargesInLine })),

    takePaymentStep: (ref: CarrierRef): Promise<NextStep> => orFailure(parts, () => takeStep(context, ref)),

    takeRefundStep: (ref: CarrierRef): Promise<NextStep> => orFailure(parts, () => takeRefundStep(context, ref)),

    // Never final: what fails and cannot be noted must not slip out of sight.
    noteStepFailure: (ref: WorkflowRef, failure: StepFailure): Promise<NextStep> =>
      orAgain(() =>
        'carries' in ref && ref.carries === 'refund'
          ? noteRefundFailure(context, ref, failure)
          : noteStepFailure(context, ref, failure),
      ),
  };
}

export type BillingActivities = ReturnType<typeof createBillingActivities>;
