import { renderInvoice } from '../../billing/manual-invoices/render-invoice.ts';
import { requestPayment } from '../../billing/payments/request-payment.ts';
import { retryPayment } from '../../billing/payments/retry-payment.ts';
import { repairPayment } from '../../billing/steps/repair-payment.ts';
import * as invoices from '../../contracts/rest/invoices.ts';
import * as payments from '../../contracts/rest/payments.ts';
import { findInvoice, listInvoices } from '../../db/queries/invoices.ts';
import { listPayments, readPayment } from '../../db/queries/payments.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { idOrUnknown, optionalId, type Route, route } from '../route.ts';
import { renderPayment, renderPaymentInList } from './render-money.ts';
import { pageRequestOf, renderPage } from './render-page.ts';

export const invoiceRoutes: readonly Route[] = [
  route(invoices.listInvoicesRoute, async (call) => {
    const { query } = call;
    const page = pageRequestOf('invoice', query);
    const filter = {
      customerId: optionalId('customer', query.customer_id),
      subscriptionId: optionalId('subscription', query.subscription_id),
      status: query.status,
    };
    const { database } = call.context;
    const found = await readAsTenant(database, call.tenantId, (sql) => listInvoices(sql, filter, page));
    return renderPage(found, renderInvoice);
  }),

  route(invoices.readInvoiceRoute, async (call) => {
    const id = call.id('invoice');
    const invoice = await readAsTenant(call.context.database, call.tenantId, (sql) => findInvoice(sql, id));
    if (!invoice) throw new DomainError('not_found', 'unknown invoice');
    return { status: 200, body: renderInvoice(invoice) };
  }),
];

export const paymentRoutes: readonly Route[] = [
  route(payments.listPaymentsRoute, async (call) => {
    const { query } = call;
    const filter = {
      customerId: optionalId('customer', query.customer_id),
      subscriptionId: optionalId('subscription', query.subscription_id),
      status: query.status,
      createdFrom: query.created_from,
      createdTo: query.created_to,
    };
    const page = pageRequestOf('payment', query);
    const { database } = call.context;
    const found = await readAsTenant(database, call.tenantId, (sql) => listPayments(sql, filter, page));
    return renderPage(found, renderPaymentInList);
  }),

  route(payments.repairPaymentRoute, async (call) => {
    const id = call.id('payment');
    return repairPayment(call.context, call, id, { reason: call.body.reason, render: renderPaymentInList });
  }),

  route(payments.readPaymentRoute, async (call) => {
    const found = await readPayment(call.context.database, call.tenantId, call.id('payment'));
    if (!found) throw new DomainError('not_found', 'unknown payment');
    return { status: 200, body: renderPayment(found) };
  }),

  route(payments.requestPaymentRoute, (call) => {
    const { subscription_id: subscriptionId, amount, payment_method_id: methodId, reason } = call.body;
    return requestPayment(call.context, call, {
      subscriptionId: idOrUnknown('subscription', subscriptionId),
      amountMinor: amount,
      paymentMethodId: methodId === undefined ? null : idOrUnknown('paymentMethod', methodId),
      reason,
    });
  }),

  route(payments.retryPaymentRoute, (call) => retryPayment(call.context, call, call.id('payment'))),
];
