import {
  PaymentsController,
  type SearchResponse,
  type TransactionInformation,
  TransactionSearchController,
} from '@paypal/paypal-server-sdk';
import { ProviderError } from '../provider-error.ts';
import { askClassified, type PaypalCall, type PaypalConnection } from './connect-account.ts';

type Connection = Pick<PaypalConnection, 'ask'>;

export interface TransactionWindow {
  startsAtMs: number;
  endsAtMs: number;
}

/** A search covers at most 31 days. */
export const windowMaxMs = 31 * 86_400_000;
const pageSizeMax = 500;

export interface TransactionPage {
  payments: TransactionInformation[];
  pageCount: number;
}

/** Payments of the window, declined ones included; refunds and fees are left out. Pages count from 1. */
export async function searchPayments(
  connection: Connection,
  call: PaypalCall,
  search: TransactionWindow & { page: number; pageSize?: number },
): Promise<TransactionPage> {
  const answer: SearchResponse = await askClassified(connection, call, (client) =>
    new TransactionSearchController(client).searchTransactions({
      startDate: new Date(search.startsAtMs).toISOString(),
      endDate: new Date(search.endsAtMs).toISOString(),
      fields: 'transaction_info',
      balanceAffectingRecordsOnly: 'N',
      pageSize: search.pageSize ?? pageSizeMax,
      page: search.page,
    }),
  );
  const rows = (answer.transactionDetails ?? []).flatMap(({ transactionInfo }) => transactionInfo ?? []);
  return { payments: rows.filter(isPayment), pageCount: answer.totalPages ?? 0 };
}

/** A shop may charge by the same account: both ids of ours are the attempt's, and the money goes to the merchant. */
function isPayment({ invoiceId, customField, transactionAmount, transactionId }: TransactionInformation): boolean {
  if (!invoiceId || !transactionId || invoiceId !== customField) return false;
  return transactionAmount !== undefined && !transactionAmount.value.startsWith('-');
}

/** The order behind a payment; the search names it only sometimes, the capture always. */
export async function orderIdOfPayment(
  connection: Connection,
  call: PaypalCall,
  payment: TransactionInformation,
): Promise<string> {
  if (payment.paypalReferenceIdType === 'ODR' && payment.paypalReferenceId) return payment.paypalReferenceId;
  const captureId = payment.transactionId ?? '';
  const capture = await askClassified(connection, call, (client) =>
    new PaymentsController(client).getCapturedPayment({ captureId }),
  );
  const orderId = capture.supplementaryData?.relatedIds?.orderId;
  if (orderId !== undefined) return orderId;
  throw new ProviderError('unknown', 'unreadable_answer', { message: 'a capture names no order' });
}
