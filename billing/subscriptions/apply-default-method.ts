import type { EventData, Topic } from '../../contracts/events/index.ts';
import { newId } from '../../db/new-id.ts';
import { shardOf } from '../../db/outbox-shard.ts';
import { findCustomer } from '../../db/queries/customers.ts';
import { listSubscriptionsOfDefaultMethod } from '../../db/queries/list-subscriptions.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { insertOutbox } from '../../db/queries/write-billing.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import type { CustomerId, PaymentMethodId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import { SECOND_MS, toIso } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import { registerCounter } from '../../runtime/metrics.ts';
import { collectWithMethod } from '../collection/collect-with-method.ts';
import type { BillingContext, Caller, OwedIntent } from '../context.ts';
import { settle } from '../subscription-work/settle.ts';
import { loadWork, writeTimeline } from '../subscription-work/subscription-work.ts';

const topic = 'subscriptions.collect_required' satisfies Topic;

/** How long somebody's call waits for one subscription's row: behind the call there is the forwarder. */
const lockTimeoutMs = 2 * SECOND_MS;
/** After so many nothing is well with the database, and the rest is left too. */
const failuresMax = 3;

const left = registerCounter({
  name: 'redcore_new_method_collections_left_total',
  help: 'Collections with a new default method that failed right after its commit: the forwarder carries them out',
});

/** What one subscription is owed since its customer has another default method: the event that stands for it in the outbox. */
export interface OwedCollection {
  tenantId: TenantId;
  eventId: string;
  subscriptionId: SubscriptionId;
  paymentMethodId: PaymentMethodId;
}

/**
 * R31: in the transaction that makes the method the default, under the customer's lock: an event for every subscription that has
 * something unpaid. Whoever comes first carries it out, `applyDefaultMethod` after the commit or the forwarder, and once.
 */
export async function oweDefaultMethod(
  tx: TenantTransaction,
  caller: Caller,
  { customerId, methodId }: { customerId: CustomerId; methodId: PaymentMethodId },
): Promise<OwedCollection[]> {
  const { tenantId } = tx;
  invariant(caller.origin !== 'workflow', 'what workflows decide the forwarder leaves alone');
  const ids = await listSubscriptionsOfDefaultMethod(tx, customerId);
  if (ids.length === 0) return [];
  const data: EventData<typeof topic> = { payment_method_id: methodId, requested_by: caller.actor };
  const rows = ids.map((subscriptionId) => {
    const id = newId('event');
    const about = { tenant_id: tenantId, subscription_id: subscriptionId, sequence: null };
    const envelope = { id, type: topic, version: 1, ...about, occurred_at: toIso(tx.now), origin: caller.origin, data };
    const key = { shard: shardOf(subscriptionId), messageKey: subscriptionId };
    return { tenantId, id, ...key, topic, subscriptionId, sequence: null, envelope };
  });
  await insertOutbox(tx, rows);
  return rows.map(({ id, subscriptionId }) => ({ tenantId, eventId: id, subscriptionId, paymentMethodId: methodId }));
}

/** After the commit, by the process that made it. One that fails keeps none of the others, and stays the forwarder's. */
export async function applyDefaultMethod(
  context: BillingContext,
  caller: Caller,
  owed: readonly OwedCollection[],
): Promise<void> {
  let failures = 0;
  for (const one of owed) {
    try {
      await collectWithDefault(context, caller, one, { lockTimeoutMs });
    } catch {
      left.inc();
      failures += 1;
      if (failures === failuresMax) return;
    }
  }
}

/** One subscription in a transaction of its own; the event is recorded in it, so that it is done once however often it is tried. */
export async function collectWithDefault(
  context: BillingContext,
  caller: Caller,
  owed: OwedCollection,
  options: { lockTimeoutMs?: number } = {},
): Promise<void> {
  const { tenantId, eventId, subscriptionId, paymentMethodId } = owed;
  const intents = await withTenant(context.database, tenantId, async (tx): Promise<OwedIntent[]> => {
    if (options.lockTimeoutMs !== undefined)
      await tx.sql`select set_config('lock_timeout', ${String(options.lockTimeoutMs)}, true)`;
    if (!(await recordProcessed(tx, { consumer: topic, eventId }))) return [];
    const work = await loadWork(tx, subscriptionId, caller);
    const isUnpaid = work?.sub.status === 'past_due' || work?.sub.collection === 'dunning';
    if (!work || !isUnpaid) return [];
    // Another one since: that change owes its own collection, and an attempt is not spent twice on it.
    const customer = await findCustomer(tx.sql, work.sub.customerId);
    if (customer?.defaultPaymentMethodId !== paymentMethodId) return [];
    work.sub.paymentMethodId = null;
    writeTimeline(work, 'payment_method_changed', { default: true });
    collectWithMethod(work);
    return (await settle(work, 'command')).intents;
  });
  context.sendIntents(intents);
}
