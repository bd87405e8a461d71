import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { BillingActivities } from '../activities/billing-activities.ts';
import type { PaymentActivities } from '../activities/payment-activities.ts';

export type SubscriptionRef = Parameters<BillingActivities['takeStep']>[0];
export type CarrierRef = Parameters<BillingActivities['takeRefundStep']>[0];
export type WorkflowRef = Parameters<BillingActivities['noteStepFailure']>[0];
export type NextStep = Awaited<ReturnType<BillingActivities['takeStep']>>;
type Call = Extract<NextStep, { kind: 'call' }>;

/** What the run makes of a step that says nothing it could act on: look again after a while. */
export interface Rest {
  kind: 'rest';
  sleepMs: number;
  summary: string;
}

const restAfterFailedCallMs = 30_000;

/** What each kind of workflow asks first. Recorded runs know them by these names. */
export type StepName = 'takeStep' | 'takePaymentStep' | 'takeRefundStep';
type TakeStep = (ref: WorkflowRef) => Promise<NextStep>;

const atOnce = proxyLocalActivities<Record<StepName, TakeStep>>({
  startToCloseTimeout: '5s',
  retry: { maximumAttempts: 1 },
});

const durably = proxyActivities<Record<StepName, TakeStep> & Pick<BillingActivities, 'noteStepFailure'>>({
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});

// The whole call stays below the five minutes that `takeStep` promises to be back within.
const atProvider = proxyActivities<PaymentActivities>({
  scheduleToStartTimeout: '2m',
  startToCloseTimeout: '45s',
  scheduleToCloseTimeout: '4m',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumAttempts: 4 },
});

const priorityKeys = { interactive: 2, renewal: 4 } as const;

/** An error that repeating does not cure, as opposed to a database, network or worker that is away. */
function fruitless(error: unknown): ApplicationFailure | undefined {
  // A local activity fails with its own failure, a regular one with that failure as the cause.
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type === 'StepFailure' ? cause : undefined;
}

function noteFailure(ref: WorkflowRef, step: string, input: unknown, failure: ApplicationFailure): Promise<NextStep> {
  const noted = { step, input, error: failure.message };
  return durably.noteStepFailure.executeWithOptions({ summary: `${step} failed: ${failure.message}`.slice(0, 200) }, [
    ref,
    noted,
  ]);
}

/** Inside the workflow task while the database answers; as an activity of its own, shown and retried for ever, while not. */
export async function takeStep(ref: WorkflowRef, name: StepName): Promise<NextStep> {
  try {
    return await atOnce[name](ref).catch((error: unknown) => {
      if (fruitless(error)) throw error;
      return durably[name].executeWithOptions({ summary: 'Decide what follows, once the database answers' }, [ref]);
    });
  } catch (error) {
    const failure = fruitless(error);
    if (!failure) throw error;
    return noteFailure(ref, name, ref, failure);
  }
}

/** One call on its provider's queue. Whatever becomes of it, the row decides what follows. */
export async function performCall(ref: WorkflowRef, name: StepName, call: Call): Promise<NextStep | Rest> {
  try {
    return await atProvider[call.activity].executeWithOptions(
      {
        taskQueue: `provider-${call.provider}`,
        summary: call.summary,
        priority: { priorityKey: priorityKeys[call.priority], fairnessKey: ref.tenantId },
      },
      [call.input],
    );
  } catch (error) {
    const failure = fruitless(error);
    if (failure) return noteFailure(ref, call.activity, call.input, failure);
    const next = await takeStep(ref, name);
    if (next.kind !== 'call') return next;
    return { kind: 'rest', sleepMs: restAfterFailedCallMs, summary: `${call.summary}: not carried out, again soon` };
  }
}
