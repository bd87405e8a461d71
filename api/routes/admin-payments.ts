import { retryAsAdministrator } from '../../billing/payments/retry-as-administrator.ts';
import * as contract from '../../contracts/rest/admin-payments.ts';
import { listAdminPayments, readAdminPayment } from '../../db/queries/admin-payments.ts';
import { findRetryTask } from '../../db/queries/retry-tasks.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { optionalId, type Route, route } from '../route.ts';
import { renderAdminPayment, renderAdminPaymentInList, renderRetryTask } from './render-admin-payment.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

export const adminPaymentRoutes: readonly Route[] = [
  route(contract.listAdminPaymentsRoute, async (call) => {
    const { query } = call;
    const filter = {
      statuses: query.status,
      customerId: optionalId('customer', query.customer_id),
      subscriptionId: optionalId('subscription', query.subscription_id),
      isOwed: query.owed === 'true',
      ...{ provider: query.provider, providerChargeId: query.provider_charge_id },
      createdFrom: query.created_from,
      createdTo: query.created_to,
    };
    const page = pageRequestOf('payment', query);
    const { database } = call.context;
    const found = await readAsTenant(database, call.tenantId, (sql) => listAdminPayments(sql, filter, page));
    return renderPage(found, renderAdminPaymentInList);
  }),

  route(contract.readAdminPaymentRoute, async (call) => {
    const found = await readAdminPayment(call.context.database, call.tenantId, call.id('payment'));
    if (!found) throw new DomainError('not_found', 'unknown payment');
    return { status: 200, body: renderAdminPayment(found) };
  }),

  route(contract.retryPaymentAsAdministratorRoute, (call) =>
    retryAsAdministrator(call.context, call, call.id('payment')),
  ),

  route(contract.readRetryTaskRoute, async (call) => {
    const id = call.id('retryTask');
    const task = await readAsTenant(call.context.database, call.tenantId, (sql) => findRetryTask(sql, id));
    if (!task) throw new DomainError('not_found', 'unknown task');
    return { status: 200, body: renderRetryTask(task) };
  }),
];
