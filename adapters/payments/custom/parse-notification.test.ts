import { describe, expect, it } from 'vitest';
import { failureOf } from '../contract/subject.ts';
import { signWebhook } from '../standard-webhooks.ts';
import { parseNotification } from './parse-notification.ts';

const secret = 'whsec_YSBzZWNyZXQgb2YgdGhlIHRlc3Q=';
const now = new Date('2026-05-04T10:00:00Z');

function parse(body: object | string) {
  const rawBody = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const timestampSeconds = now.getTime() / 1000;
  const headers = {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook({ secret, id: 'evt_1', timestampSeconds, body: rawBody }),
  };
  return parseNotification({ headers, rawBody, secret, settings: {}, now });
}

function notification(more: object = {}) {
  return {
    event_type: 'payment_succeeded',
    subscription_id: 'sub_1',
    amount: 1999,
    currency: 'USD',
    timestamp: '2026-05-04T11:59:30+02:00',
    payload: { attempt_id: 'att_1', charge_id: 'ch_1' },
    ...more,
  };
}

describe('a notification of the custom provider', () => {
  it('is named by webhook-id and says which subscription it is about', async () => {
    expect(await parse(notification())).toEqual({
      eventId: 'evt_1',
      type: 'payment_succeeded',
      accountRef: null,
      subscriptionRef: 'sub_1',
      fact: { kind: 'charge_updated', attemptId: 'att_1', providerChargeId: 'ch_1' },
      occurredAt: new Date('2026-05-04T09:59:30Z'),
    });
  });

  const charge = { attempt_id: 'att_1', charge_id: 'ch_1' };
  const opened = { id: 'dp_1', status: 'lost', reason: 'fraud', opened_at: '2026-05-01T00:00:00Z' };
  const dispute = { attemptId: 'att_1', providerChargeId: 'ch_1', amountMinor: 1999, currency: 'USD' };
  const facts: [string, object, object | null][] = [
    ['a failed payment', { event_type: 'payment_failed' }, { kind: 'charge_updated', attemptId: 'att_1' }],
    ['our id alone', { payload: { attempt_id: 'att_1' } }, { attemptId: 'att_1', providerChargeId: null }],
    ["the provider's id alone", { payload: { charge_id: 'ch_1' } }, { attemptId: null, providerChargeId: 'ch_1' }],
    ['a payment without any reference', { payload: {} }, null],
    [
      'a refund',
      { event_type: 'refund_succeeded', payload: { refund_id: 'ref_1', provider_refund_id: 're_1' } },
      { kind: 'refund_updated', refundId: 'ref_1', providerRefundId: 're_1' },
    ],
    [
      'a refund that failed after all',
      { event_type: 'refund_failed', payload: { refund_id: 'ref_1' } },
      { kind: 'refund_updated', refundId: 'ref_1', providerRefundId: null },
    ],
    ['a refund without any reference', { event_type: 'refund_succeeded', payload: charge }, null],
    [
      'a dispute with its own name and state',
      { event_type: 'chargeback', payload: { ...charge, dispute: opened } },
      {
        kind: 'dispute_updated',
        dispute: {
          ...{ ...dispute, providerDisputeId: 'dp_1', status: 'lost', reason: 'fraud' },
          ...{ openedAt: '2026-05-01T00:00:00.000Z', evidenceDueAt: null },
        },
      },
    ],
    [
      'a dispute without a name: one per charge, open',
      { event_type: 'chargeback' },
      {
        dispute: {
          ...{ ...dispute, providerDisputeId: 'chargeback_of_att_1', status: 'open', reason: 'chargeback' },
          openedAt: '2026-05-04T09:59:30.000Z',
        },
      },
    ],
    ['a dispute of nobody knows what', { event_type: 'chargeback', payload: { dispute: opened } }, null],
    ['a type of next year', { event_type: 'payment_dreamt_of' }, null],
  ];
  it.each(facts)('%s', async (_name, more, fact) => {
    const event = await parse(notification(more));
    if (fact === null) expect(event.fact).toBeNull();
    else expect(event.fact).toMatchObject(fact);
  });

  it('needs no subscription', async () => {
    expect(await parse(notification({ subscription_id: null }))).toMatchObject({ subscriptionRef: null });
  });

  const unreadable: [string, object | string][] = [
    ['no JSON', '{nope'],
    ['an amount that is no integer', notification({ amount: 19.99 })],
    ['an amount as text', notification({ amount: '1999' })],
    ['a currency in small letters', notification({ currency: 'usd' })],
    ['no instant', notification({ timestamp: 'yesterday' })],
    ['a type that is missing', notification({ event_type: undefined })],
    ['a reference that is no text', notification({ payload: { attempt_id: 7 } })],
    ['a state of a dispute nobody knows', notification({ payload: { dispute: { id: 'dp_1', status: 'settled' } } })],
  ];
  it.each(unreadable)('is refused with %s', async (_name, body) => {
    expect(await failureOf(parse(body))).toMatchObject({ kind: 'rejected', code: 'bad_payload' });
  });
});
