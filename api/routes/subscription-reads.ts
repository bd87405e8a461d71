import type { Supposed } from '../../billing/subscriptions/carry-out-supposed.ts';
import { forecastSubscription } from '../../billing/subscriptions/forecast-subscription.ts';
import { previewChange } from '../../billing/subscriptions/preview-change.ts';
import { readEvents, readTimeline } from '../../billing/subscriptions/read-history.ts';
import { listSubscriptions, readSubscription } from '../../billing/subscriptions/read-subscription.ts';
import { supposeCommand } from '../../billing/subscriptions/suppose-command.ts';
import type { BodyOf } from '../../contracts/rest/route.ts';
import * as contract from '../../contracts/rest/subscription-reads.ts';
import { listSubscriptionsRoute, readSubscriptionRoute } from '../../contracts/rest/subscriptions.ts';
import { supposeCommandRoute } from '../../contracts/rest/suppositions.ts';
import { invariant } from '../../domain/invariant.ts';
import { optionalId, type Route, route } from '../route.ts';
import { changeInputOf } from './change-input.ts';
import { pageRequestOf } from './render-page.ts';
import { withoutAbsent } from './without-absent.ts';

export const subscriptionReadRoutes: readonly Route[] = [
  route(readSubscriptionRoute, (call) => readSubscription(call.context, call, call.id('subscription'))),

  route(listSubscriptionsRoute, (call) => {
    const { query } = call;
    const { limit, beforeId } = pageRequestOf('subscription', query);
    const filter = withoutAbsent({
      customerId: optionalId('customer', query.customer_id),
      planId: optionalId('plan', query.plan_id),
      groupId: query.group_id,
      status: query.status,
      ...(call.principal.kind === 'customer' ? {} : { needsAttention: toBoolean(query.needs_attention) }),
      onTestClock: toBoolean(query.test_clock),
      nextChargeFrom: query.next_charge_from,
      nextChargeTo: query.next_charge_to,
      cursor: beforeId ?? undefined,
    });
    return listSubscriptions(call.context, call, { ...filter, limit });
  }),

  route(contract.previewChangeRoute, (call) =>
    previewChange(call.context, call, call.id('subscription'), changeInputOf(call.body)),
  ),

  route(contract.forecastSubscriptionRoute, (call) =>
    forecastSubscription(call.context, call, call.id('subscription'), call.query.periods),
  ),

  route(supposeCommandRoute, (call) => {
    const { periods } = call.body;
    return supposeCommand(call.context, call, call.id('subscription'), { supposed: supposedIn(call.body), periods });
  }),

  route(contract.readTimelineRoute, (call) => readTimeline(call.context, call, call.id('subscription'))),

  route(contract.readEventsRoute, (call) =>
    readEvents(call.context, call, call.id('subscription'), { after: call.query.after, limit: call.query.limit }),
  ),
];

type SupposingBody = BodyOf<typeof supposeCommandRoute>;

/** The contract admits exactly one. */
function supposedIn({ change, pause, resume, cancel, uncancel }: SupposingBody): Supposed {
  if (change) return { kind: 'change', input: changeInputOf(change) };
  if (pause) return { kind: 'pause', resumesAt: pause.resumes_at ?? null };
  if (resume) return { kind: 'resume' };
  if (cancel) return { kind: 'cancel', at: cancel.at };
  invariant(uncancel, 'a command is supposed');
  return { kind: 'uncancel' };
}

const toBoolean = (text: 'true' | 'false' | undefined) => (text === undefined ? undefined : text === 'true');
