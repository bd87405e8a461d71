import type { Answer } from '../../contracts/answer.ts';
import { listEvents, listTimeline, type TimelineEntry } from '../../db/queries/history.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { unknownSubscription } from './change-one.ts';

/** R22: what happened, oldest first, as the portal shows it. */
export function readTimeline(context: BillingContext, call: Call, id: SubscriptionId): Promise<Answer> {
  return withTenant(context.database, call.tenantId, async (tx) => {
    const entries = await listTimeline(tx, id);
    if (!entries) throw unknownSubscription();
    return { status: 200, body: { data: entries.map(renderTimelineEntry) } };
  });
}

export function renderTimelineEntry(entry: TimelineEntry) {
  return {
    at: toIso(entry.at),
    action: entry.action,
    plan_id: entry.planId,
    plan_name: entry.planName,
    details: { ...entry.details, actor: entry.actor },
  };
}

/** The ordered events, as published: they rebuild the subscription's state. */
export function readEvents(
  context: BillingContext,
  call: Call,
  id: SubscriptionId,
  page: { after: number; limit: number },
): Promise<Answer> {
  return withTenant(context.database, call.tenantId, async (tx) => {
    const events = await listEvents(tx, id, page);
    if (!events) throw unknownSubscription();
    const data = events.slice(0, page.limit);
    return { status: 200, body: { data, has_more: events.length > page.limit } };
  });
}
