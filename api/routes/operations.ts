import { advanceTestClock, readTestClock } from '../../billing/clocks/advance-test-clock.ts';
import { repairSubscription } from '../../billing/steps/repair-subscription.ts';
import * as contract from '../../contracts/rest/operations.ts';
import { type Route, route } from '../route.ts';

export const operationRoutes: readonly Route[] = [
  route(contract.advanceSubscriptionClockRoute, (call) => {
    const { to, by } = call.body;
    return advanceTestClock(call.context, call, call.id('subscription'), { to: to ?? null, by: by ?? null });
  }),

  route(contract.readSubscriptionClockRoute, (call) => readTestClock(call.context, call, call.id('subscription'))),

  route(contract.advanceTenantClockRoute, (call) => {
    const { to, by } = call.body;
    return advanceTestClock(call.context, call, null, { to: to ?? null, by: by ?? null });
  }),

  route(contract.readTenantClockRoute, (call) => readTestClock(call.context, call, null)),

  route(contract.repairSubscriptionRoute, (call) => {
    const { action, reason } = call.body;
    return repairSubscription(call.context, call, call.id('subscription'), { action, reason });
  }),
];
