import { activityInfo } from '@temporalio/activity';
import { cancelAttempt } from '../billing/attempts/cancel-attempt.ts';
import { chargeAttempt } from '../billing/attempts/charge-attempt.ts';
import { lookUpAttempt } from '../billing/attempts/look-up-attempt.ts';
import { sendRefund } from '../billing/refunds/send-refund.ts';
import type { NextStep, ProviderCall, ProviderCallInput } from '../billing/steps/next-step.ts';
import { type ActivityParts, orFailure } from './as-failure.ts';

/** Every provider queue offers all calls; which provider is meant stands in the rows. */
export function createPaymentActivities(parts: ActivityParts) {
  const { context } = parts;
  return {
    // The last try leaves the delay to the row's own dates instead of to the engine.
    chargeAttempt: (input: ProviderCallInput): Promise<NextStep> =>
      orFailure(parts, () => chargeAttempt(context, input, { mayThrow: !isLastTry() })),

    lookUpAttempt: (input: ProviderCallInput): Promise<NextStep> =>
      orFailure(parts, () => lookUpAttempt(context, input)),

    cancelAttempt: (input: ProviderCallInput): Promise<NextStep> =>
      orFailure(parts, () => cancelAttempt(context, input)),

    sendRefund: (input: ProviderCallInput): Promise<NextStep> => orFailure(parts, () => sendRefund(context, input)),
  } satisfies Record<ProviderCall, unknown>;
}

function isLastTry(): boolean {
  const { attempt, retryPolicy } = activityInfo();
  return attempt >= (retryPolicy?.maximumAttempts ?? 1);
}

export type PaymentActivities = ReturnType<typeof createPaymentActivities>;
