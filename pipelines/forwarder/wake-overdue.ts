import type { BillingContext, OwedIntent } from '../../billing/context.ts';
import { newId, parseId } from '../../db/new-id.ts';
import { oweWakeIfOverdue } from '../../db/queries/intents.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { withTenant } from '../../db/with-tenant.ts';
import { type ReadEvent, UnreadableEvent } from './read-event.ts';

/** Somebody found the subscription due and idle: it is owed a wake now, unless its row has moved on since. */
export async function wakeOverdue(
  context: BillingContext,
  event: ReadEvent<'subscriptions.renew_required'>,
): Promise<void> {
  const tenantId = parseId('tenant', event.tenant_id);
  const subscriptionId = parseId('subscription', event.subscription_id ?? '');
  if (tenantId === null || subscriptionId === null) throw new UnreadableEvent('no subscription to wake');
  const intents = await withTenant(context.database, tenantId, async (tx): Promise<OwedIntent[]> => {
    if (!(await recordProcessed(tx, { consumer: 'renew-required', eventId: event.id }))) return [];
    const id = newId('event');
    const isOwed = await oweWakeIfOverdue(tx, { id, subscriptionId });
    return isOwed ? [{ id, kind: 'wake', tenantId, subscriptionId }] : [];
  });
  context.sendIntents(intents);
}
