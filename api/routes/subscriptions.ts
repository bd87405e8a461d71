import { cancelSubscription } from '../../billing/subscriptions/cancel-subscription.ts';
import { changeSubscription } from '../../billing/subscriptions/change-subscription.ts';
import { createSubscription } from '../../billing/subscriptions/create-subscription.ts';
import { pauseSubscription } from '../../billing/subscriptions/pause-subscription.ts';
import { resumeSubscription } from '../../billing/subscriptions/resume-subscription.ts';
import { uncancelSubscription } from '../../billing/subscriptions/uncancel-subscription.ts';
import * as contract from '../../contracts/rest/subscriptions.ts';
import { idOrUnknown, type Route, route } from '../route.ts';
import { changeInputOf } from './change-input.ts';

export const subscriptionRoutes: readonly Route[] = [
  route(contract.createSubscriptionRoute, (call) => {
    const { body } = call;
    return createSubscription(call.context, call, {
      customerId: idOrUnknown('customer', body.customer_id),
      planId: idOrUnknown('plan', body.plan_id),
      paymentMethodId:
        body.payment_method_id === undefined ? null : idOrUnknown('paymentMethod', body.payment_method_id),
      startDate: body.start_date ?? null,
      trialPeriodDays: body.trial_period_days ?? null,
      quantity: body.quantity,
      metadata: body.metadata,
      allowIncomplete: body.payment_behavior === 'allow_incomplete',
      groupId: body.group_id ?? null,
    });
  }),

  route(contract.changeSubscriptionRoute, (call) =>
    changeSubscription(call.context, call, call.id('subscription'), changeInputOf(call.body)),
  ),

  route(contract.cancelSubscriptionRoute, (call) => {
    const { reason, at } = call.body;
    return cancelSubscription(call.context, call, call.id('subscription'), { reason: reason ?? null, at });
  }),

  route(contract.pauseSubscriptionRoute, (call) => {
    const resumesAt = call.body.resumes_at ?? null;
    return pauseSubscription(call.context, call, call.id('subscription'), { resumesAt });
  }),

  route(contract.resumeSubscriptionRoute, (call) => resumeSubscription(call.context, call, call.id('subscription'))),

  route(contract.uncancelSubscriptionRoute, (call) =>
    uncancelSubscription(call.context, call, call.id('subscription')),
  ),
];
