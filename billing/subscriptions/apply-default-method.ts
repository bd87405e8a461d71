import { listSubscriptionsOfDefaultMethod } from '../../db/queries/list-subscriptions.ts';
import { readAsTenant, withTenant } from '../../db/with-tenant.ts';
import type { CustomerId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import { collectWithMethod } from '../collection/collect-with-method.ts';
import type { BillingContext } from '../context.ts';
import { settle } from '../subscription-work/settle.ts';
import { loadWork, writeTimeline } from '../subscription-work/subscription-work.ts';

/**
 * R31: a customer's new default method is used by every subscription without one of its own and by every past-due one; what
 * is unpaid is tried at once. Each subscription is changed in a transaction of its own.
 */
export async function applyDefaultMethod(context: BillingContext, call: Call, customerId: CustomerId): Promise<void> {
  const ids = await readAsTenant(context.database, call.tenantId, (sql) =>
    listSubscriptionsOfDefaultMethod(sql, call.tenantId, customerId),
  );
  for (const id of ids) {
    const intents = await withTenant(context.database, call.tenantId, async (tx) => {
      const work = await loadWork(tx, id, call.caller);
      const unpaid = work?.sub.status === 'past_due' || work?.sub.collection === 'dunning';
      if (!work || !unpaid) return [];
      work.sub.paymentMethodId = null;
      writeTimeline(work, 'payment_method_changed', { default: true });
      collectWithMethod(work);
      return (await settle(work, 'command')).intents;
    });
    context.sendIntents(intents);
  }
}
