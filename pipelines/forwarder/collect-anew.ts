import type { BillingContext, Caller } from '../../billing/context.ts';
import { collectWithDefault } from '../../billing/subscriptions/apply-default-method.ts';
import { parseId } from '../../db/new-id.ts';
import { type ReadEvent, UnreadableEvent } from './read-event.ts';

/** A customer's new default method is owed its collection: done here unless the process that committed it did so, as a rule at once. */
export async function collectAnew(
  context: BillingContext,
  event: ReadEvent<'subscriptions.collect_required'>,
): Promise<void> {
  const tenantId = parseId('tenant', event.tenant_id);
  const subscriptionId = parseId('subscription', event.subscription_id ?? '');
  const paymentMethodId = parseId('paymentMethod', event.data.payment_method_id);
  if (tenantId === null || subscriptionId === null || paymentMethodId === null) {
    throw new UnreadableEvent('no subscription and method to collect with');
  }
  const caller: Caller = { actor: event.data.requested_by, origin: 'workflow', requestId: null };
  await collectWithDefault(context, caller, { tenantId, eventId: event.id, subscriptionId, paymentMethodId });
}
