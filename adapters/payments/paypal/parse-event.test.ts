import { describe, expect, it } from 'vitest';
import { parseEvent, parseEventText } from './parse-event.ts';

function event(type: string, resource: object) {
  return { id: 'WH-1', event_type: type, create_time: '2026-03-01T10:00:00Z', resource };
}

const related = { supplementary_data: { related_ids: { order_id: 'ORDER' } } };
const vaulted = { id: 'tok', customer: { id: 'c', merchant_customer_id: 'set_1' } };
const approved = { id: 'ORDER', purchase_units: [{ custom_id: 'att_1', payee: { merchant_id: 'M' } }] };
const dispute = {
  dispute_id: 'PP-D-1',
  create_time: '2026-03-01T09:00:00.000Z',
  reason: 'UNAUTHORISED',
  status: 'WAITING_FOR_SELLER_RESPONSE',
  dispute_amount: { currency_code: 'USD', value: '19.99' },
  seller_response_due_date: '2026-03-11T09:00:00.000Z',
  disputed_transactions: [{ seller_transaction_id: 'CAPTURE', custom: 'att_1' }],
};
const resolved = (outcome_code?: string) => ({ ...dispute, status: 'RESOLVED', dispute_outcome: { outcome_code } });

describe("what PayPal's events say", () => {
  const charge = { kind: 'charge_updated', attemptId: 'att_1', providerChargeId: 'ORDER' };
  const facts: [string, object, object | null][] = [
    ['PAYMENT.CAPTURE.COMPLETED', { id: 'CAPTURE', custom_id: 'att_1', ...related }, charge],
    ['PAYMENT.CAPTURE.DENIED', { id: 'CAPTURE', ...related }, { ...charge, attemptId: null }],
    ['PAYMENT.CAPTURE.PENDING', { id: 'CAPTURE', custom_id: 'att_1' }, { ...charge, providerChargeId: null }],
    ['PAYMENT.CAPTURE.COMPLETED', { id: 'CAPTURE' }, null],
    ['CHECKOUT.ORDER.APPROVED', approved, charge],
    ['CHECKOUT.PAYMENT-APPROVAL.REVERSED', { order_id: 'ORDER' }, { ...charge, attemptId: null }],
    [
      'PAYMENT.CAPTURE.REFUNDED',
      { id: 'REFUND', custom_id: 'ref_1' },
      { kind: 'refund_updated', refundId: 'ref_1', providerRefundId: 'REFUND' },
    ],
    ['PAYMENT.REFUND.FAILED', { id: 'REFUND' }, { kind: 'refund_updated', refundId: null, providerRefundId: 'REFUND' }],
    ['VAULT.PAYMENT-TOKEN.CREATED', vaulted, { kind: 'setup_updated', setupId: 'set_1', providerSetupId: null }],
    ['VAULT.PAYMENT-TOKEN.DELETED', { id: 'tok' }, null],
    ['BILLING.PLAN.CREATED', { id: 'P-1' }, null],
  ];
  it.each(facts)('%s of %j', (type, resource, fact) => {
    expect(parseEvent(event(type, resource))).toMatchObject({ eventId: 'WH-1', type, fact });
  });

  it.each([
    ['CUSTOMER.DISPUTE.CREATED', dispute, 'open'],
    ['CUSTOMER.DISPUTE.UPDATED', dispute, 'open'],
    ['CUSTOMER.DISPUTE.RESOLVED', resolved('RESOLVED_BUYER_FAVOUR'), 'lost'],
    ['CUSTOMER.DISPUTE.RESOLVED', resolved('RESOLVED_SELLER_FAVOUR'), 'won'],
    ['CUSTOMER.DISPUTE.RESOLVED', resolved('CANCELED_BY_BUYER'), 'won'],
    ['CUSTOMER.DISPUTE.RESOLVED', resolved('AN_OUTCOME_OF_NEXT_YEAR'), 'open'],
  ])('%s of %j', (type, resource, status) => {
    expect(parseEvent(event(type, resource)).fact).toEqual({
      kind: 'dispute_updated',
      dispute: {
        ...{ providerDisputeId: 'PP-D-1', attemptId: 'att_1', providerChargeId: null, status },
        ...{ amountMinor: 1999, currency: 'USD', reason: 'unauthorised' },
        ...{ openedAt: '2026-03-01T09:00:00.000Z', evidenceDueAt: '2026-03-11T09:00:00.000Z' },
      },
    });
  });

  it('a dispute about a charge nobody made here is no fact', () => {
    const foreign = { ...dispute, disputed_transactions: [{ seller_transaction_id: 'CAPTURE' }] };
    expect(parseEvent(event('CUSTOMER.DISPUTE.CREATED', foreign)).fact).toBeNull();
  });

  it('names the account and the instant', () => {
    const parsed = parseEvent(event('CHECKOUT.ORDER.APPROVED', approved));
    expect(parsed).toMatchObject({ accountRef: 'M', occurredAt: new Date('2026-03-01T10:00:00Z') });
    expect(parseEvent(event('PAYMENT.CAPTURE.COMPLETED', {})).accountRef).toBeNull();
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no type', JSON.stringify({ id: 'WH-1', create_time: '2026-03-01T10:00:00Z' })],
    ['no instant', JSON.stringify({ ...event('X', {}), create_time: 'soon' })],
    ['a name that is a number', JSON.stringify(event('PAYMENT.CAPTURE.COMPLETED', { custom_id: 7 }))],
    [
      'a dispute of no money',
      JSON.stringify(
        event('CUSTOMER.DISPUTE.CREATED', { ...dispute, dispute_amount: { currency_code: 'XXX', value: '1.00' } }),
      ),
    ],
  ])('refuses %s', (_name, body) => {
    const parse = () => parseEventText(Buffer.from(body));
    expect(parse).toThrow(expect.objectContaining({ kind: 'rejected', code: 'bad_payload' }));
  });
});
