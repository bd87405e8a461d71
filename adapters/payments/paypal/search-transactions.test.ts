import type { TransactionInformation } from '@paypal/paypal-server-sdk';
import { describe, expect, it } from 'vitest';
import { orderIdOfPayment, searchPayments } from './search-transactions.ts';

const call = { tenantId: 'ten_1', deadlineAtMonotonicMs: performance.now() + 60_000 };
const window = { startsAtMs: 0, endsAtMs: 1, page: 1 };

/** PayPal that answers everything with this. */
function answering(answer: unknown) {
  return { ask: async <T>(): Promise<T> => answer as T };
}

function transaction(more: Partial<TransactionInformation> = {}): TransactionInformation {
  const transactionAmount = { currencyCode: 'USD', value: '19.99' };
  return { transactionId: 'CAPTURE', invoiceId: 'att_1', customField: 'att_1', transactionAmount, ...more };
}

describe('transactions of an account', () => {
  it.each([
    ['a charge of ours', {}, true],
    ['its refund', { transactionAmount: { currencyCode: 'USD', value: '-5.00' } }, false],
    ["a shop's payment with an invoice id of its own", { customField: 'order 7' }, false],
    ['a payment without an invoice id', { invoiceId: undefined, customField: undefined }, false],
    ['a fee without an amount', { transactionAmount: undefined }, false],
  ])('%s', async (_name, more, isOurs) => {
    const answer = { transactionDetails: [{ transactionInfo: transaction(more) }, {}], totalPages: 3 };
    const found = await searchPayments(answering(answer), call, window);
    expect(found).toEqual({ payments: isOurs ? [transaction(more)] : [], pageCount: 3 });
  });

  it('lead to their order by the reference where there is one, else by the capture', async () => {
    const capture = answering({ supplementaryData: { relatedIds: { orderId: 'BY CAPTURE' } } });
    const named = transaction({ paypalReferenceId: 'NAMED', paypalReferenceIdType: 'ODR' as never });
    expect(await orderIdOfPayment(capture, call, named)).toBe('NAMED');
    expect(await orderIdOfPayment(capture, call, transaction())).toBe('BY CAPTURE');
    await expect(orderIdOfPayment(answering({}), call, transaction())).rejects.toMatchObject({ kind: 'unknown' });
  });
});
