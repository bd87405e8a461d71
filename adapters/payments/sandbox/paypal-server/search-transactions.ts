import type { Reply } from '../server/wire.ts';
import type { OrderRow, Paypal } from './paypal.ts';
import type { RefundRow } from './render-order.ts';
import { type Amount, invalid, type PaypalRequest, renderMoney } from './wire.ts';

const rangeMaxMs = 31 * 86_400_000;
const pageSizeMax = 500;
const refundCodes = { COMPLETED: 'S', PENDING: 'P', FAILED: 'D' } as const;
const statusCodes = { COMPLETED: 'S', PENDING: 'P', DECLINED: 'D' } as const;

/** The settings row that says how late this search is, as PayPal's is by up to three hours; 0 until a control call. */
export const indexDelayName = 'paypal_index_delay_ms';

interface Transaction {
  atMs: number;
  info: object;
}

/** `GET /v1/reporting/transactions`: captures and refunds of at most 31 days, oldest first; orders without a capture never. */
export function searchTransactions(paypal: Paypal, { account, query }: PaypalRequest): Reply {
  const { sandbox } = paypal;
  const startsAt = Date.parse(query.get('start_date') ?? '');
  const endsAt = Date.parse(query.get('end_date') ?? '');
  if (Number.isNaN(startsAt) || Number.isNaN(endsAt) || endsAt < startsAt) throw invalid('start_date, end_date');
  if (endsAt - startsAt > rangeMaxMs) throw invalid('Date range is greater than 31 days');
  const page = Number(query.get('page') ?? 1);
  const pageSize = Number(query.get('page_size') ?? 100);
  if (!Number.isInteger(page) || page < 1 || !(pageSize >= 1 && pageSize <= pageSizeMax))
    throw invalid('page, page_size');
  const delayMs = Number(sandbox.sql.get`SELECT value FROM settings WHERE name = ${indexDelayName}`?.value ?? 0);
  const visibleUntil = Math.min(endsAt, sandbox.now() - delayMs);
  const declinedToo = query.get('balance_affecting_records_only') === 'N';
  const found = [
    ...captures(paypal, { account, startsAt, visibleUntil }).filter(
      ({ info }) => declinedToo || !('transaction_status' in info && info.transaction_status === 'D'),
    ),
    ...refunds(paypal, { account, startsAt, visibleUntil }),
  ].toSorted((one, other) => one.atMs - other.atMs);
  const shown = found.slice((page - 1) * pageSize, page * pageSize);
  const body = {
    transaction_details: shown.map(({ info }) => ({ transaction_info: info })),
    ...{ account_number: account, page, total_items: found.length },
    total_pages: Math.ceil(found.length / pageSize),
  };
  return { kind: 'answer', status: 200, body };
}

interface Range {
  account: string;
  startsAt: number;
  visibleUntil: number;
}

function captures({ sandbox }: Paypal, { account, startsAt, visibleUntil }: Range): Transaction[] {
  const rows = sandbox.sql.all`SELECT * FROM paypal_orders WHERE account = ${account} AND captured_at >= ${startsAt}
    AND captured_at <= ${visibleUntil} ORDER BY captured_at, seq` as unknown as OrderRow[];
  return rows.map((order) => {
    const atMs = order.captured_at ?? 0;
    const transaction_status = statusCodes[order.capture_status ?? 'COMPLETED'];
    return { atMs, info: { ...describe(order.capture_id, 'T0003', atMs, order), ...ids(order), transaction_status } };
  });
}

function refunds({ sandbox }: Paypal, { account, startsAt, visibleUntil }: Range): Transaction[] {
  const rows = sandbox.sql.all`SELECT * FROM paypal_refunds WHERE account = ${account} AND created_at >= ${startsAt}
    AND created_at <= ${visibleUntil} ORDER BY seq` as unknown as RefundRow[];
  return rows.map((refund) => {
    const amount = { currency: refund.currency, hundredths: -refund.hundredths };
    const info = {
      ...describe(refund.id, 'T1107', refund.created_at, amount),
      ...ids(refund),
      transaction_status: refundCodes[refund.status],
    };
    return { atMs: refund.created_at, info };
  });
}

function describe(id: string | null, eventCode: string, atMs: number, amount: Amount): object {
  const at = new Date(atMs).toISOString();
  return {
    ...{ transaction_id: id, transaction_event_code: eventCode },
    ...{ transaction_initiation_date: at, transaction_updated_date: at, transaction_amount: renderMoney(amount) },
  };
}

function ids({ custom_id, invoice_id }: { custom_id: string | null; invoice_id: string | null }): object {
  return { ...(custom_id === null ? {} : { custom_field: custom_id }), ...(invoice_id === null ? {} : { invoice_id }) };
}
