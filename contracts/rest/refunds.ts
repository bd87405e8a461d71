import { z } from 'zod';
import { bodyOf, idText, instantIn, instantOut, textUpTo } from './fields.ts';
import { listQuery, pageOf } from './lists.ts';
import { defineRoute } from './route.ts';

/** Any whole number: what is out of range is refused by what the payment has left, with 422. */
const refundAmount = z.int().meta({ minimum: 1, description: 'Minor units; all that is left where absent.' });

export const refund = z
  .object({
    refund_id: z.string(),
    payment_id: z.string(),
    subscription_id: z.string().nullable(),
    status: z.enum(['pending', 'succeeded', 'rejected', 'failed', 'needs_review']),
    amount: z.int(),
    currency: z.string(),
    reason: z.string(),
    note: z.string().nullable(),
    message: z.string().nullable(),
    credit_note_id: z.string().nullable(),
    created_at: instantOut,
    settled_at: instantOut.nullable(),
  })
  .meta({
    id: 'Refund',
    description:
      'Reserved as soon as it is asked for. `rejected`: no money moved; `failed`: it came back, also after it had succeeded. Both release the amount.',
  });
export type RefundBody = z.input<typeof refund>;

const moneyGoesBack = ['payment_not_collected', 'payment_disputed', 'refund_exceeds_captured'] as const;

export const refundPaymentRoute = defineRoute({
  method: 'post',
  path: '/payments/{payment_id}/refunds',
  permission: 'refunds:write',
  atRoot: true,
  rateClass: 'money',
  tag: 'Refunds',
  summary: 'Refund a payment, in full or in part',
  body: bodyOf({ amount: refundAmount.optional(), reason: textUpTo(200).optional(), note: textUpTo(500).optional() }),
  answers: {
    201: { description: 'Decided: `succeeded`, or `rejected` or `failed` at the provider.', schema: refund },
    202: { description: 'Under way.', schema: refund },
  },
  refusals: [...moneyGoesBack, 'card_number_refused'],
});

export const listRefundsRoute = defineRoute({
  method: 'get',
  path: '/payments/{payment_id}/refunds',
  permission: 'payments:read',
  atRoot: true,
  tag: 'Refunds',
  summary: 'List the refunds of a payment',
  query: listQuery({}),
  answers: { 200: { description: 'A page of refunds, newest first.', schema: pageOf(refund) } },
});

export const readRefundRoute = defineRoute({
  method: 'get',
  path: '/refunds/{refund_id}',
  permission: 'payments:read',
  tag: 'Refunds',
  summary: 'Read a refund',
  answers: { 200: { description: 'The refund.', schema: refund } },
});

const refundInList = refund
  .extend({
    customer_id: z.string(),
    provider: z.string(),
    provider_refund_id: z.string().nullable(),
    requested_by: z.string(),
    needs_repair: z.boolean().meta({ description: 'It waits for a person: only a repair sets it going again.' }),
  })
  .meta({ id: 'RefundInList' });
export type RefundInListBody = z.input<typeof refundInList>;

export const listAllRefundsRoute = defineRoute({
  method: 'get',
  path: '/admin/refunds',
  permission: 'payments:read',
  tag: 'Administration',
  summary: 'List refunds',
  query: listQuery({
    status: refund.shape.status.optional(),
    needs_repair: z.literal('true').optional().meta({ description: 'Only those that wait for a person.' }),
    customer_id: idText.optional(),
    created_from: instantIn.optional(),
    created_to: instantIn.optional(),
  }),
  answers: { 200: { description: 'A page of refunds, newest first.', schema: pageOf(refundInList) } },
});

export const repairRefundRoute = defineRoute({
  method: 'post',
  path: '/admin/refunds/{refund_id}/repair',
  permission: 'operations:repair',
  rateClass: 'money',
  tag: 'Administration',
  summary: 'Free a refund that needs a person: ask the provider again, or give it up',
  body: bodyOf({ action: z.enum(['retry', 'reject']), reason: textUpTo(500) }),
  answers: { 200: { description: 'The refund.', schema: refund } },
  refusals: ['invalid_state', 'card_number_refused'],
});

const refundRequestStatus = z.enum(['open', 'approved', 'declined']);

export const refundRequest = z
  .object({
    refund_request_id: z.string(),
    payment_id: z.string(),
    customer_id: z.string(),
    status: refundRequestStatus,
    amount: z.int(),
    currency: z.string(),
    reason: z.string(),
    decision_note: z.string().nullable().meta({ description: 'For the business alone.' }),
    customer_message: z.string().nullable().meta({ description: 'Why it was declined, as the customer reads it.' }),
    refund_id: z.string().nullable(),
    created_at: instantOut,
    decided_at: instantOut.nullable(),
  })
  .meta({
    id: 'RefundRequest',
    description: 'What a customer asks for; an administrator decides it. Nothing is reserved by it.',
  });
export type RefundRequestBody = z.input<typeof refundRequest>;

export const requestRefundRoute = defineRoute({
  method: 'post',
  path: '/payments/{payment_id}/refund-requests',
  permission: 'refund_requests:write',
  forCustomers: {},
  tag: 'Refunds',
  summary: 'Ask for a refund, on a customer’s behalf',
  body: bodyOf({ amount: refundAmount.optional(), reason: textUpTo(500) }),
  answers: { 201: { description: 'The request, open.', schema: refundRequest } },
  refusals: [...moneyGoesBack, 'refund_request_open', 'card_number_refused'],
});

const askedRefund = refundRequest
  .extend({
    refund: refund
      .pick({ status: true, settled_at: true })
      .nullable()
      .meta({ description: 'What became of its amount, once it is approved.' }),
  })
  .meta({ id: 'AskedRefund' });
export type AskedRefundBody = z.input<typeof askedRefund>;

export const listAskedRefundsRoute = defineRoute({
  method: 'get',
  path: '/refund-requests',
  permission: 'refund_requests:write',
  forCustomers: {},
  tag: 'Refunds',
  summary: 'List what refunds were asked for, with what became of each',
  query: listQuery({ customer_id: idText.optional() }),
  answers: { 200: { description: 'A page of requests, newest first.', schema: pageOf(askedRefund) } },
});

export const listRefundRequestsRoute = defineRoute({
  method: 'get',
  path: '/admin/refund-requests',
  permission: 'refund_requests:decide',
  tag: 'Administration',
  summary: 'List customers’ refund requests',
  query: listQuery({ status: refundRequestStatus.optional() }),
  answers: { 200: { description: 'A page of requests, newest first.', schema: pageOf(refundRequest) } },
});

export const approveRefundRequestRoute = defineRoute({
  method: 'post',
  path: '/admin/refund-requests/{refund_request_id}/approve',
  permission: 'refund_requests:decide',
  rateClass: 'money',
  tag: 'Administration',
  summary: 'Approve a refund request: its amount is refunded',
  body: bodyOf({ note: textUpTo(500).optional() }),
  answers: { 200: { description: 'The request, with its refund.', schema: refundRequest } },
  refusals: ['invalid_state', ...moneyGoesBack, 'card_number_refused'],
});

export const declineRefundRequestRoute = defineRoute({
  method: 'post',
  path: '/admin/refund-requests/{refund_request_id}/decline',
  permission: 'refund_requests:decide',
  tag: 'Administration',
  summary: 'Decline a refund request: the customer reads `customer_message`, never the note',
  body: bodyOf({ note: textUpTo(500), customer_message: textUpTo(500).optional() }),
  answers: { 200: { description: 'The request, declined.', schema: refundRequest } },
  refusals: ['invalid_state', 'card_number_refused'],
});
