import type { WorkflowRef } from '../../domain/workflow-ref.ts';

/** What a start shows in the engine's own UI, before the workflow has run once. */
export type EngineStart = WorkflowRef & {
  customerId: string;
  /** Of a subscription. */
  planId: string | null;
  status: string | null;
  /** >= 0: how long the engine holds the first run back. */
  delayMs: number;
  shown: { state: string; nextAction: string; lastResult: string };
};

/** What the engine calls a workflow, and where its UI shows it; null where no UI is configured. */
export interface WorkflowAddress {
  workflowId: string;
  namespace: string;
  url: string | null;
}
export type AddressOfWorkflow = (ref: WorkflowRef) => WorkflowAddress;

/**
 * The durable executor behind every subscription, every refund, and every payment without a subscription. Both calls may be repeated at will and race each other: the row in
 * PostgreSQL decides what a waking does.
 */
export interface SubscriptionEngine {
  /** Starts the sleeping workflow. `already_awake` when one is open: nothing is owed then. Throws when the engine is away. */
  start(start: EngineStart): Promise<'started' | 'already_awake'>;
  /** Makes the workflow look at its row again, starting it if none is open. Resolves once the engine has ACCEPTED (<= 10 s). */
  wake(ref: WorkflowRef): Promise<void>;
}
