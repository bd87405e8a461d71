import type { NextStep, StepFailure, SubscriptionRef } from '../billing/steps/next-step.ts';
import { noteStepFailure } from '../billing/steps/park-subscription.ts';
import { type StepOptions, takeStep } from '../billing/steps/take-step.ts';
import { type ActivityParts, orAgain, orFailure } from './as-failure.ts';

/** The steps of the database; the billing worker offers them beside the workflows. */
export function createBillingActivities(parts: ActivityParts & StepOptions) {
  const { context, chargesInLine = false } = parts;
  return {
    takeStep: (ref: SubscriptionRef): Promise<NextStep> =>
      orFailure(parts, () => takeStep(context, ref, { chargesInLine })),

    // Never final: a subscription whose failure cannot be noted must not slip out of sight.
    noteStepFailure: (ref: SubscriptionRef, failure: StepFailure): Promise<NextStep> =>
      orAgain(() => noteStepFailure(context, ref, failure)),
  };
}

export type BillingActivities = ReturnType<typeof createBillingActivities>;
