import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../contract/subject.ts';
import { signEvent } from '../sandbox/stripe-dialect/deliver-events.ts';
import { defaultToleranceSeconds, parseStripeWebhook } from './parse-webhook.ts';

const secret = 'whsec_test_secret_of_an_endpoint';
const now = new Date('2026-03-01T12:00:00Z');
const nowSeconds = now.getTime() / 1000;

function eventOf(type: string, object: object, more: object = {}): string {
  return JSON.stringify({ id: 'evt_1', object: 'event', type, created: nowSeconds, data: { object }, ...more });
}

const paid = eventOf('payment_intent.succeeded', { id: 'pi_1', metadata: { attempt_id: 'att-1' } });

function parse(body: string | Uint8Array, header?: string) {
  const rawBody = Buffer.from(body);
  const signature = header ?? signEvent(secret, rawBody, nowSeconds);
  const headers = { 'stripe-signature': signature };
  return parseStripeWebhook({ headers, rawBody, secret, settings: {}, now }, defaultToleranceSeconds);
}

describe('signature', () => {
  it("takes what Stripe's own library signs", async () => {
    const header = Stripe.webhooks.generateTestHeaderString({ payload: paid, secret, timestamp: nowSeconds });
    expect(await parse(paid, header)).toMatchObject({ eventId: 'evt_1', occurredAt: now });
  });

  it('takes any of several signatures, as while a secret is rolled', async () => {
    const good = signEvent(secret, Buffer.from(paid), nowSeconds).replace(/^t=\d+,/, '');
    expect(await parse(paid, `t=${nowSeconds},v1=${'0'.repeat(64)},${good}`)).toMatchObject({ eventId: 'evt_1' });
  });

  it.each([-300, 0, 300])('takes a delivery signed %d s from now', async (offset) => {
    expect(await parse(paid, signEvent(secret, Buffer.from(paid), nowSeconds + offset))).toMatchObject({
      eventId: 'evt_1',
    });
  });

  const good = signEvent(secret, Buffer.from(paid), nowSeconds);
  const refused: [string, string][] = [
    ['stale', signEvent(secret, Buffer.from(paid), nowSeconds - 301)],
    ['ahead of our clock', signEvent(secret, Buffer.from(paid), nowSeconds + 301)],
    ['signed for another endpoint', signEvent('whsec_other_secret_of_another', Buffer.from(paid), nowSeconds)],
    ['unsigned', ''],
    ['without a timestamp', good.replace(/^t=\d+,/, '')],
    ['with two timestamps', `t=${nowSeconds},${signEvent(secret, Buffer.from(paid), nowSeconds - 86_400)}`],
    ['of another scheme only', good.replace('v1=', 'v0=')],
  ];
  it.each(refused)('refuses a delivery that is %s', async (_name, header) => {
    expect(await failureOf(parse(paid, header))).toMatchObject({ kind: 'rejected', code: 'bad_signature' });
  });

  it('refuses a body of which one byte differs', async () => {
    const altered = paid.replace('att-1', 'att-2');
    expect(await failureOf(parse(altered, good))).toMatchObject({ code: 'bad_signature' });
  });

  it.each(['nope', '[]', '{"id":"evt_1"}', eventOf('payment_intent.succeeded', {})])(
    'calls a signed body that is no event unreadable: %s',
    async (body) => {
      expect(await failureOf(parse(body))).toMatchObject({ kind: 'rejected', code: 'bad_payload' });
    },
  );
});

describe('facts', () => {
  const refund = { id: 're_1', metadata: { refund_id: 'ref-1' } };
  const refundFact = { kind: 'refund_updated', refundId: 'ref-1', providerRefundId: 're_1' };
  const session = { id: 'cs_1', mode: 'setup', metadata: { setup_id: 'set-1' } };
  const facts: [string, object, object | null][] = [
    ['payment_intent.processing', { id: 'pi_1', metadata: {} }, { attemptId: null, providerChargeId: 'pi_1' }],
    ['refund.updated', refund, refundFact],
    ['refund.failed', { id: 're_2', metadata: null }, { refundId: null, providerRefundId: 're_2' }],
    ['charge.refund.updated', refund, refundFact],
    ['charge.refunded', { id: 'ch_1', refunds: { data: [refund] } }, refundFact],
    ['charge.refunded', { id: 'ch_1' }, null],
    ['checkout.session.completed', session, { setupId: 'set-1', providerSetupId: 'cs_1' }],
    ['checkout.session.completed', { ...session, mode: 'payment' }, null],
    ['setup_intent.succeeded', { id: 'seti_1', metadata: { setup_id: 'set-1' } }, { setupId: 'set-1' }],
    ['setup_intent.succeeded', { id: 'seti_1', metadata: {} }, null],
    ['charge.succeeded', { id: 'ch_1' }, null],
    ['customer.created', { id: 'cus_1' }, null],
    ['something.of.tomorrow', {}, null],
  ];
  it.each(facts)('%s of %o', async (type, object, fact) => {
    const event = await parse(eventOf(type, object));
    if (fact === null) expect(event.fact).toBeNull();
    else expect(event.fact).toMatchObject(fact);
  });

  const disputes: [string, string | null][] = [
    ['needs_response', 'open'],
    ['under_review', 'open'],
    ['won', 'won'],
    ['lost', 'lost'],
    ['appeal_under_review', 'lost'],
    ['warning_needs_response', null],
    ['warning_closed', null],
    ['prevented', null],
  ];
  it.each(disputes)('a dispute that is %s', async (status, expected) => {
    const dispute = {
      ...{
        id: 'dp_1',
        amount: 500,
        currency: 'isk',
        created: nowSeconds,
        payment_intent: 'pi_1',
        reason: 'fraudulent',
      },
      ...{ status, evidence_details: { due_by: nowSeconds + 60 } },
    };
    const { fact } = await parse(eventOf('charge.dispute.updated', dispute));
    if (expected === null) return expect(fact).toBeNull();
    expect(fact).toEqual({
      kind: 'dispute_updated',
      dispute: {
        ...{ providerDisputeId: 'dp_1', attemptId: null, providerChargeId: 'pi_1', status: expected },
        ...{ amountMinor: 5, currency: 'ISK', reason: 'fraudulent' },
        ...{ openedAt: '2026-03-01T12:00:00.000Z', evidenceDueAt: '2026-03-01T12:01:00.000Z' },
      },
    });
  });

  it('names the account of a connected one', async () => {
    const body = eventOf('customer.created', { id: 'cus_1' }, { account: 'acct_1' });
    expect(await parse(body)).toMatchObject({ accountRef: 'acct_1' });
  });
});
