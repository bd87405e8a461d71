/** The subscription a workflow is for. */
export interface SubscriptionRef {
  tenantId: string;
  subscriptionId: string;
}

/** What has a workflow without being a subscription: a payment without one, or a refund. `carrierId` is its id. */
export interface CarrierRef {
  tenantId: string;
  carrierId: string;
  carries: 'payment' | 'refund';
}

/** Whose workflow: all that one is given, and all that a wake or start has to name. */
export type WorkflowRef = SubscriptionRef | CarrierRef;

/** The id of the row behind the workflow; no two kinds share one. */
export function rowIdOf(ref: WorkflowRef): string {
  return 'subscriptionId' in ref ? ref.subscriptionId : ref.carrierId;
}

/** The reference alone, of something that has more members than it. */
export function refOf(from: WorkflowRef): WorkflowRef {
  const { tenantId } = from;
  if ('subscriptionId' in from) return { tenantId, subscriptionId: from.subscriptionId };
  return { tenantId, carrierId: from.carrierId, carries: from.carries };
}
