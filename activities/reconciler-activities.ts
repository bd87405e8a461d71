/** The safety net's step, offered beside the billing steps; `reconcile` says in words what it found. */
export function createReconcilerActivities(parts: { reconcile: () => Promise<string> }) {
  return { reconcileOverdue: (): Promise<string> => parts.reconcile() };
}

export type ReconcilerActivities = ReturnType<typeof createReconcilerActivities>;
