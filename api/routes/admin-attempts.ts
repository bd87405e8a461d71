import { lookUpNow } from '../../billing/payments/look-up-now.ts';
import { resolveAttempt } from '../../billing/payments/resolve-attempt.ts';
import * as contract from '../../contracts/rest/admin-attempts.ts';
import { listUndecidedAttempts } from '../../db/queries/undecided-attempts.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { optionalId, type Route, route } from '../route.ts';
import { renderUndecidedAttempt } from './render-admin-payment.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

export const adminAttemptRoutes: readonly Route[] = [
  route(contract.listUndecidedAttemptsRoute, async (call) => {
    const { query } = call;
    const filter = { statuses: query.status, customerId: optionalId('customer', query.customer_id) };
    const page = pageRequestOf('attempt', query);
    const { database } = call.context;
    const found = await readAsTenant(database, call.tenantId, (sql) => listUndecidedAttempts(sql, filter, page));
    return renderPage(found, renderUndecidedAttempt);
  }),

  route(contract.lookUpAttemptRoute, (call) =>
    lookUpNow(call.context, call, { paymentId: call.id('payment'), attemptId: call.id('attempt') }),
  ),

  route(contract.resolveAttemptRoute, (call) => {
    const { outcome, provider_charge_id: providerChargeId, reason } = call.body;
    const of = { paymentId: call.id('payment'), attemptId: call.id('attempt') };
    return resolveAttempt(call.context, call, of, { outcome, providerChargeId: providerChargeId ?? null, reason });
  }),
];
