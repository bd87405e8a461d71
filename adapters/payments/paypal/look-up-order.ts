import type { Order, TransactionInformation } from '@paypal/paypal-server-sdk';
import type { LookUpRequest, LookUpResult } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { captureOrder, readOrder, readOrderBehind } from './charge-order.ts';
import type { PaypalCall, PaypalConnection } from './connect-account.ts';
import { amountOf, isApproved, toFound } from './map-order.ts';
import { orderIdOfPayment, searchPayments, windowMaxMs } from './search-transactions.ts';

type Connection = Pick<PaypalConnection, 'ask'>;

/** Our clock and PayPal's may differ by this much. */
const clockSkewMs = 5 * 60_000;

/**
 * By the order's id where any answer named it. Otherwise only the transaction search is left: it knows money, not orders that
 * wait for their payer, and is up to three hours late, so that `not_found` proves nothing.
 */
export async function lookUpOrder(connection: Connection, request: LookUpRequest): Promise<LookUpResult> {
  const call = { tenantId: request.tenantId, deadlineAtMonotonicMs: performance.now() + request.timeoutMs };
  if (request.providerChargeId !== null) {
    const order = await readOrder(connection, call, request.providerChargeId);
    const known = typeof order === 'object' ? await settleKnown(connection, call, order) : null;
    if (known !== null) return known;
  }
  const payment = await findPayment(connection, call, request);
  if (payment === null) return { kind: 'not_found' };
  const orderId = await orderIdOfPayment(connection, call, payment);
  return settle(connection, call, await readOrderBehind(connection, call, orderId));
}

/** Null where another order of this attempt was paid: that one tells the outcome. */
async function settleKnown(connection: Connection, call: PaypalCall, order: Order): Promise<LookUpResult | null> {
  try {
    return await settle(connection, call, order);
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'duplicate_reference') return null;
    throw error;
  }
}

async function settle(connection: Connection, call: PaypalCall, order: Order): Promise<LookUpResult> {
  if (!isApproved(order)) return toFound(order);
  const captured = await captureOrder(connection, call, order);
  if ('kind' in captured) return { kind: 'found', outcome: captured, ...amountOf(order) };
  return toFound(captured);
}

const rank: Readonly<Record<string, number>> = { S: 3, V: 3, P: 2, D: 1 };

/** The search has no filter for an invoice id. A success outranks an open payment, that one a declined one, then the newest. */
async function findPayment(
  connection: Connection,
  call: PaypalCall,
  { attemptId, firstSentAt }: LookUpRequest,
): Promise<TransactionInformation | null> {
  const startsAtMs = firstSentAt.getTime() - clockSkewMs;
  const endsAtMs = Math.min(Date.now() + clockSkewMs, startsAtMs + windowMaxMs);
  let best: TransactionInformation | null = null;
  let [page, pageCount] = [1, 1];
  for (; page <= pageCount; page += 1) {
    const found = await searchPayments(connection, call, { startsAtMs, endsAtMs, page });
    pageCount = found.pageCount;
    for (const payment of found.payments) {
      if (payment.invoiceId !== attemptId) continue;
      if (best === null || rankOf(payment) >= rankOf(best)) best = payment;
    }
  }
  return best;
}

function rankOf({ transactionStatus }: TransactionInformation): number {
  return rank[transactionStatus ?? ''] ?? 0;
}
