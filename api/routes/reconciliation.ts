import { reconcileCharges } from '../../billing/reconciliation/reconcile-charges.ts';
import * as contract from '../../contracts/rest/reconciliation.ts';
import { type Route, route } from '../route.ts';

export const reconciliationRoutes: readonly Route[] = [
  route(contract.reconcileChargesRoute, (call) => {
    const { provider, created_from: from, created_to: to } = call.query;
    return reconcileCharges(call.context, call.tenantId, { provider, from, to });
  }),
];
