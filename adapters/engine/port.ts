/** What a start shows in the engine's own UI, before the workflow has run once. */
export interface EngineStart {
  tenantId: string;
  subscriptionId: string;
  customerId: string;
  planId: string;
  status: string;
  /** >= 0: how long the engine holds the first run back. */
  delayMs: number;
  shown: { state: string; nextAction: string; lastResult: string };
}

/**
 * The durable executor behind every subscription. Both calls may be repeated at will and race each other: the row in
 * PostgreSQL decides what a waking does.
 */
export interface SubscriptionEngine {
  /** Starts the sleeping workflow. `already_awake` when one is open: nothing is owed then. Throws when the engine is away. */
  start(start: EngineStart): Promise<'started' | 'already_awake'>;
  /** Makes the workflow look at its row again, starting it if none is open. Resolves once the engine has ACCEPTED (<= 10 s). */
  wake(ref: { tenantId: string; subscriptionId: string }): Promise<void>;
}
