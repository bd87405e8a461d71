import { z } from 'zod';
import { type Reply, read, text } from '../server/wire.ts';
import { findOrder } from './decide-order.ts';
import { newPaypalId, type Paypal } from './paypal.ts';
import { recordEvent } from './record-event.ts';
import { indexDelayName } from './search-transactions.ts';
import { notFound, type PaypalRequest, renderMoney } from './wire.ts';

const done = (body: object): Reply => ({ kind: 'answer', status: 200, body });
const accountBody = z.strictObject({ account: text });
const evidenceMs = 10 * 86_400_000;

/** `POST /control/revoke-tokens`: every access token of the account is refused from now on. */
export function revokeTokens({ tokens }: Paypal, { body }: PaypalRequest): Reply {
  const { account } = read(accountBody, body);
  tokens.revoke(account);
  return done({ revoked: account });
}

/** `POST /control/refuse-changes`: orders of the account take no PATCH any more. */
export function refuseChanges(paypal: Paypal, { body }: PaypalRequest): Reply {
  const { account } = read(accountBody, body);
  paypal.refusesChanges.add(account);
  return done({ refuses: account });
}

/** `POST /control/index-delay`: how late the transaction search is. */
export function setIndexDelay({ sandbox }: Paypal, { body }: PaypalRequest): Reply {
  const { delay_ms } = read(z.strictObject({ delay_ms: z.int().min(0) }), body);
  sandbox.sql.run`INSERT OR REPLACE INTO settings (name, value) VALUES (${indexDelayName}, ${delay_ms})`;
  return done({ delay_ms });
}

const disputeBody = z.strictObject({
  order_id: text,
  dispute_id: text.optional(),
  /** `open` begins one; the others end it. */
  status: z.enum(['open', 'won', 'lost']).default('open'),
  reason: text.default('MERCHANDISE_OR_SERVICE_NOT_RECEIVED'),
});
const outcomes = { won: 'RESOLVED_SELLER_FAVOUR', lost: 'RESOLVED_BUYER_FAVOUR' } as const;

/** `POST /control/disputes`: the payer disputes a captured order, or the dispute of that id ends. */
export function disputeOrder(paypal: Paypal, { body }: PaypalRequest): Reply {
  const wanted = read(disputeBody, body);
  const order = findOrder(paypal, wanted.order_id);
  if (order?.capture_id == null) return notFound();
  const { sandbox } = paypal;
  const disputeId = wanted.dispute_id ?? `PP-D-${newPaypalId()}`;
  const { status, reason } = wanted;
  const now = sandbox.now();
  const resource = {
    dispute_id: disputeId,
    create_time: new Date(now).toISOString(),
    disputed_transactions: [
      {
        seller_transaction_id: order.capture_id,
        ...(order.custom_id === null ? {} : { custom: order.custom_id }),
        ...(order.invoice_id === null ? {} : { invoice_number: order.invoice_id }),
      },
    ],
    reason,
    status: status === 'open' ? 'WAITING_FOR_SELLER_RESPONSE' : 'RESOLVED',
    dispute_amount: renderMoney(order),
    ...(status === 'open'
      ? { seller_response_due_date: new Date(now + evidenceMs).toISOString() }
      : { dispute_outcome: { outcome_code: outcomes[status] } }),
  };
  const type = status === 'open' ? 'CUSTOMER.DISPUTE.CREATED' : 'CUSTOMER.DISPUTE.RESOLVED';
  recordEvent(paypal, { account: order.account, type, resourceType: 'dispute', resource });
  sandbox.wake();
  return done({ dispute_id: disputeId });
}
