import type { ChargePage, ListChargesRequest, ProviderCharge } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { readOrderBehind } from './charge-order.ts';
import type { PaypalConnection } from './connect-account.ts';
import { toProviderCharge } from './map-order.ts';
import { orderIdOfPayment, searchPayments, type TransactionWindow, windowMaxMs } from './search-transactions.ts';

type Connection = Pick<PaypalConnection, 'ask'>;

/** PayPal keeps three years of transactions. */
const historyMs = (3 * 365 - 1) * 86_400_000;
const readsAtOnce = 8;

interface Position extends TransactionWindow {
  page: number;
}

/**
 * Everything that moved money or was declined, window by window, from three years ago unless asked for less; empty windows are passed over. Each
 * payment's order is read, since only it tells what was refunded. Orders that wait for their payer are in no list of PayPal's.
 */
export async function listOrders(
  connection: Connection,
  { tenantId, created, cursor, limit }: ListChargesRequest,
  timeoutMs: number,
): Promise<ChargePage> {
  const nowMs = Date.now();
  const fromMs = Math.max(created?.from.getTime() ?? 0, nowMs - historyMs);
  const untilMs = Math.min(created === undefined ? nowMs : created.to.getTime() - 1, nowMs);
  if (fromMs >= untilMs) return { charges: [], nextCursor: null };
  let position: Position | null = cursor === undefined ? firstPosition(fromMs, untilMs) : readCursor(cursor);
  while (position !== null) {
    const call = { tenantId, deadlineAtMonotonicMs: performance.now() + timeoutMs };
    const { payments, pageCount } = await searchPayments(connection, call, { ...position, pageSize: limit });
    position = position.page < pageCount ? { ...position, page: position.page + 1 } : nextWindow(position, untilMs);
    if (payments.length === 0) continue;
    const charges: ProviderCharge[] = [];
    for (let index = 0; index < payments.length; index += readsAtOnce) {
      const read = payments.slice(index, index + readsAtOnce).map(async (payment) => {
        const readCall = { tenantId, deadlineAtMonotonicMs: performance.now() + timeoutMs };
        const orderId = await orderIdOfPayment(connection, readCall, payment);
        return toProviderCharge(await readOrderBehind(connection, readCall, orderId));
      });
      charges.push(...(await Promise.all(read)));
    }
    return { charges, nextCursor: position === null ? null : writeCursor(position) };
  }
  return { charges: [], nextCursor: null };
}

function firstPosition(startsAtMs: number, untilMs: number): Position {
  return { startsAtMs, endsAtMs: Math.min(startsAtMs + windowMaxMs, untilMs), page: 1 };
}

/** The last window ends at the now of the call that opened it, so that its pages stay what they are. */
function nextWindow({ endsAtMs }: Position, untilMs: number): Position | null {
  if (endsAtMs >= untilMs) return null;
  return { startsAtMs: endsAtMs + 1, endsAtMs: Math.min(endsAtMs + windowMaxMs, untilMs), page: 1 };
}

function writeCursor({ startsAtMs, endsAtMs, page }: Position): string {
  return `${startsAtMs}.${endsAtMs}.${page}`;
}

function readCursor(cursor: string): Position {
  const match = /^(\d{1,15})\.(\d{1,15})\.(\d{1,6})$/.exec(cursor);
  if (match === null) throw new ProviderError('rejected', 'invalid_cursor');
  return { startsAtMs: Number(match[1]), endsAtMs: Number(match[2]), page: Number(match[3]) };
}
