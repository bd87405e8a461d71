import { z } from 'zod';
import { amount, type Reply, read, text } from '../server/wire.ts';
import { findOrder } from './decide-order.ts';
import { newPaypalId, type OrderRow, type Paypal } from './paypal.ts';
import { recordEvent } from './record-event.ts';
import { notFound, type PaypalRequest, refusePaypal, renderMoney } from './wire.ts';

const evidenceMs = 10 * 86_400_000;
const outcomes = { won: 'RESOLVED_SELLER_FAVOUR', lost: 'RESOLVED_BUYER_FAVOUR' } as const;

interface DisputeRow {
  id: string;
  order_id: string;
  hundredths: number;
  reason: string;
  status: 'open' | 'won' | 'lost';
  created_at: number;
}

const disputeBody = z.strictObject({
  order_id: text,
  dispute_id: text.optional(),
  /** In hundredths; all of the capture where absent. */
  amount: amount.optional(),
  /** `open` begins one; the others end it. */
  status: z.enum(['open', 'won', 'lost']).default('open'),
  reason: text.default('MERCHANDISE_OR_SERVICE_NOT_RECEIVED'),
});

/** `POST /control/disputes`: the payer disputes a captured order, or the dispute of that id ends; a second end changes nothing. */
export function disputeOrder(paypal: Paypal, { body }: PaypalRequest): Reply {
  const { sandbox } = paypal;
  const wanted = read(disputeBody, body);
  const order = findOrder(paypal, wanted.order_id);
  if (order?.capture_id == null) return notFound();
  const known = sandbox.sql.get`SELECT * FROM paypal_disputes WHERE id = ${wanted.dispute_id ?? ''}` as
    | DisputeRow
    | undefined;
  if (known === undefined && wanted.status !== 'open') return notFound();
  if (known === undefined && isDisputed(paypal, order)) {
    return refusePaypal(409, 'RESOURCE_CONFLICT', 'already_disputed', 'This capture is disputed already');
  }
  const dispute: DisputeRow = known ?? {
    ...{ id: wanted.dispute_id ?? `PP-D-${newPaypalId()}`, order_id: order.id, reason: wanted.reason, status: 'open' },
    ...{ hundredths: wanted.amount ?? order.hundredths, created_at: sandbox.now() },
  };
  if (known !== undefined && known.status !== 'open') return done(known);
  const told = { ...dispute, status: wanted.status };
  sandbox.transaction(() => {
    sandbox.sql.run`INSERT OR REPLACE INTO paypal_disputes (id, order_id, hundredths, reason, status, created_at)
      VALUES (${told.id}, ${order.id}, ${told.hundredths}, ${told.reason}, ${told.status}, ${told.created_at})`;
    const type = told.status === 'open' ? 'CUSTOMER.DISPUTE.CREATED' : 'CUSTOMER.DISPUTE.RESOLVED';
    const resource = renderDispute(order, told);
    recordEvent(paypal, { account: order.account, type, resourceType: 'dispute', resource });
  });
  sandbox.wake();
  return done(told);
}

function done({ id, status }: DisputeRow): Reply {
  return { kind: 'answer', status: 200, body: { dispute_id: id, status } };
}

/** Open or lost: what the payer took back cannot be refunded as well. */
export function isDisputed({ sandbox }: Paypal, order: OrderRow): boolean {
  const held = sandbox.sql.get`SELECT 1 FROM paypal_disputes WHERE order_id = ${order.id} AND status <> 'won' LIMIT 1`;
  return held !== undefined;
}

function renderDispute(order: OrderRow, dispute: DisputeRow): object {
  const { status, created_at: createdAt } = dispute;
  return {
    dispute_id: dispute.id,
    create_time: new Date(createdAt).toISOString(),
    disputed_transactions: [
      {
        seller_transaction_id: order.capture_id,
        ...(order.custom_id === null ? {} : { custom: order.custom_id }),
        ...(order.invoice_id === null ? {} : { invoice_number: order.invoice_id }),
      },
    ],
    reason: dispute.reason,
    status: status === 'open' ? 'WAITING_FOR_SELLER_RESPONSE' : 'RESOLVED',
    dispute_amount: renderMoney({ currency: order.currency, hundredths: dispute.hundredths }),
    ...(status === 'open'
      ? { seller_response_due_date: new Date(createdAt + evidenceMs).toISOString() }
      : { dispute_outcome: { outcome_code: outcomes[status] } }),
  };
}
