import { decideRefundRequest } from '../../billing/refund-requests/decide-refund-request.ts';
import { openRefundRequest } from '../../billing/refund-requests/open-refund-request.ts';
import { renderAskedRefund, renderRefundRequest } from '../../billing/refund-requests/render-refund-request.ts';
import { readRefund, refundPayment } from '../../billing/refunds/refund-payment.ts';
import { renderRefund, renderRefundInList, statusesShownAs } from '../../billing/refunds/render-refund.ts';
import { repairRefund } from '../../billing/refunds/repair-refund.ts';
import * as contract from '../../contracts/rest/refunds.ts';
import { listAskedRefunds, listRefundRequests } from '../../db/queries/refund-requests.ts';
import { listRefunds, listRefundsOf } from '../../db/queries/refunds.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { optionalId, type Route, route } from '../route.ts';
import { listOf } from './list-of.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

export const refundRoutes: readonly Route[] = [
  route(contract.refundPaymentRoute, (call) => {
    const { amount, reason, note } = call.body;
    const input = { amountMinor: amount ?? null, reason: reason ?? null, note: note ?? null };
    return refundPayment(call.context, call, call.id('payment'), input);
  }),

  route(contract.listRefundsRoute, async (call) => {
    const id = call.id('payment');
    const page = pageRequestOf('refund', call.query);
    const found = await listOf(call, { kind: 'payment', id }, (sql) => listRefundsOf(sql, id, page));
    return renderPage(found, renderRefund);
  }),

  route(contract.readRefundRoute, (call) => readRefund(call.context, call, call.id('refund'))),

  route(contract.listAllRefundsRoute, async (call) => {
    const { query } = call;
    const filter = {
      ...(query.status && { statuses: statusesShownAs(query.status) }),
      needRepair: query.needs_repair === 'true',
      customerId: optionalId('customer', query.customer_id),
      ...{ createdFrom: query.created_from, createdTo: query.created_to },
    };
    const page = pageRequestOf('refund', query);
    const found = await readAsTenant(call.context.database, call.tenantId, (sql) => listRefunds(sql, filter, page));
    return renderPage(found, renderRefundInList);
  }),

  route(contract.repairRefundRoute, (call) => {
    const { action, reason } = call.body;
    return repairRefund(call.context, call, call.id('refund'), { action, reason });
  }),

  route(contract.requestRefundRoute, (call) => {
    const { amount, reason } = call.body;
    return openRefundRequest(call.context, call, call.id('payment'), { amountMinor: amount ?? null, reason });
  }),

  route(contract.listAskedRefundsRoute, async (call) => {
    const page = pageRequestOf('refundRequest', call.query);
    const filter = { customerId: optionalId('customer', call.query.customer_id) };
    const { database } = call.context;
    const found = await readAsTenant(database, call.tenantId, (sql) => listAskedRefunds(sql, filter, page));
    return renderPage(found, renderAskedRefund);
  }),

  route(contract.listRefundRequestsRoute, async (call) => {
    const page = pageRequestOf('refundRequest', call.query);
    const filter = call.query.status === undefined ? {} : { status: call.query.status };
    const { database } = call.context;
    const found = await readAsTenant(database, call.tenantId, (sql) => listRefundRequests(sql, filter, page));
    return renderPage(found, renderRefundRequest);
  }),

  route(contract.approveRefundRequestRoute, (call) => {
    const decision = { kind: 'approved', note: call.body.note ?? null } as const;
    return decideRefundRequest(call.context, call, call.id('refundRequest'), decision);
  }),

  route(contract.declineRefundRequestRoute, (call) => {
    const { note, customer_message: customerMessage = null } = call.body;
    const decision = { kind: 'declined', note, customerMessage } as const;
    return decideRefundRequest(call.context, call, call.id('refundRequest'), decision);
  }),
];
