import { createManualInvoice } from '../../billing/manual-invoices/create-manual-invoice.ts';
import { editDraft, finalizeByHand, payByHand, voidByHand } from '../../billing/manual-invoices/edit-invoice.ts';
import type { ManualLine } from '../../billing/manual-invoices/manual-lines.ts';
import * as contract from '../../contracts/rest/manual-invoices.ts';
import { idOrUnknown, type Route, route } from '../route.ts';

type LineBody = { description: string; amount: number; quantity: number };

const linesOf = (lines: readonly LineBody[]): ManualLine[] =>
  lines.map(({ description, amount, quantity }) => ({ description, amountMinor: amount, quantity }));

export const manualInvoiceRoutes: readonly Route[] = [
  route(contract.createManualInvoiceRoute, (call) => {
    const { customer_id, subscription_id, currency, lines, memo, collect } = call.body;
    return createManualInvoice(call.context, call, {
      customerId: idOrUnknown('customer', customer_id),
      subscriptionId: subscription_id === undefined ? null : idOrUnknown('subscription', subscription_id),
      ...{ currency, lines: linesOf(lines), memo: memo ?? null, collect },
    });
  }),

  route(contract.editManualInvoiceRoute, (call) => {
    const { lines, memo } = call.body;
    return editDraft(call.context, call, call.id('invoice'), { lines: lines ? linesOf(lines) : null, memo });
  }),

  route(contract.finalizeManualInvoiceRoute, (call) => finalizeByHand(call.context, call, call.id('invoice'))),

  route(contract.voidManualInvoiceRoute, (call) => voidByHand(call.context, call, call.id('invoice'))),

  route(contract.payManualInvoiceRoute, (call) => payByHand(call.context, call, call.id('invoice'))),
];
