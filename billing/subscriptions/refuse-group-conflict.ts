import { hasLiveInGroup } from '../../db/queries/load-new-subscription.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';

const conflict = () =>
  new DomainError('subscription_conflict', 'The customer already has a live subscription in this plan group.');

/** R20: one live subscription per customer and plan group. */
export async function refuseLiveInGroup(
  tx: TenantTransaction,
  customerId: CustomerId,
  group: string | null,
): Promise<void> {
  if (group !== null && (await hasLiveInGroup(tx, customerId, group))) throw conflict();
}

/** Two at once: neither sees the other, and the unique index lets one through. */
export async function refuseGroupConflict<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if ((error as { constraint_name?: string }).constraint_name !== 'subscriptions_one_live_per_group') throw error;
    throw conflict();
  }
}
