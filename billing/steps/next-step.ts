import type { WorkflowRef } from '../../domain/workflow-ref.ts';

export type { CarrierRef, SubscriptionRef, WorkflowRef } from '../../domain/workflow-ref.ts';

export type ProviderCall = 'chargeAttempt' | 'lookUpAttempt' | 'cancelAttempt' | 'sendRefund';

export type ProviderCallInput = WorkflowRef & {
  /** An attempt id, or a refund id for `sendRefund`. */
  subjectId: string;
};

/** What the Temporal UI shows of a subscription, also while it sleeps. */
export interface Shown {
  state: string;
  nextAction: string;
  lastResult: string;
}

/** Search attribute values; the workflow writes them where they differ from its own. Status and plan are a subscription's. */
export interface ChangedAttributes {
  status: string | null;
  planId: string | null;
  customerId: string;
}

/** What follows, as `takeStep` and every provider call say it. Shapes only grow: runs of an older release may still be replayed. */
export type NextStep =
  | {
      kind: 'call';
      activity: ProviderCall;
      input: ProviderCallInput;
      provider: string;
      priority: 'interactive' | 'renewal';
      summary: string;
    }
  | { kind: 'sleep'; sleepMs: number; summary: string; shown: Shown; changed: ChangedAttributes | null }
  | { kind: 'ended'; summary: string; shown: Shown; changed: ChangedAttributes | null };

/** A step that failed three times without effect, or broke an invariant: only this subscription stops. */
export interface StepFailure {
  step: string;
  input: unknown;
  error: string;
}
