import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountOfKey, post, type StripeSubject, startStripeSubject } from '../../contract/stripe-subject.ts';
import {
  chargeRequest,
  deliveredEvent,
  failureOf,
  lookUpRequest,
  newPayer,
  newTenant,
} from '../../contract/subject.ts';
import { createStripeProvider } from '../../stripe/stripe-provider.ts';
import { receiveWebhooks } from '../receive-webhooks.ts';

let subject: StripeSubject;
beforeAll(async () => {
  subject = await startStripeSubject();
});
afterAll(() => subject.close());

const hourMs = 3_600_000;

/** As curl would ask. */
async function call(tenantId: string, path: string, body?: Record<string, string>, key?: string) {
  const headers = { authorization: `Bearer sk_test_${tenantId}`, ...(key && { 'idempotency-key': key }) };
  const method = body === undefined ? 'GET' : 'POST';
  const response = await fetch(subject.stripeUrl + path, {
    ...{ method, headers },
    ...(body && { body: new URLSearchParams(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    json: (await response.json()) as Record<string, unknown>,
  };
}

async function intentBody(tenantId: string) {
  const { providerMethodId } = await newPayer(subject, 'tok_ok', tenantId);
  const [customer = '', payment_method = ''] = providerMethodId.split('/');
  const base = { amount: '1999', currency: 'usd', customer, payment_method, confirm: 'true', off_session: 'true' };
  return { ...base, 'metadata[attempt_id]': 'att-1', 'metadata[tenant_id]': tenantId };
}

describe('keys', () => {
  it.each([
    ['revoked', 'sk_test_revoked_1'],
    ['of another shape', 'pk_live_1'],
    ['empty', 'sk_test_'],
  ])('a key that is %s is refused, which is no decline', async (_name, secret_key) => {
    const { stripeUrl } = subject;
    const account = { ...accountOfKey('ten', stripeUrl), credentials: { secret_key } };
    const refused = createStripeProvider({ accountOf: async () => account });
    const payer = { tenantId: 'ten', providerMethodId: 'cus_1/pm_1' };
    const failure = await failureOf(refused.charge(chargeRequest(payer)));
    refused.close();
    expect(failure).toMatchObject({ kind: 'not_sent', code: 'credentials_refused' });
  });

  it('each key is an account of its own, apart from the other dialects of the store', async () => {
    const payer = await newPayer(subject);
    await subject.provider.charge(chargeRequest(payer));
    const { json } = await call(newTenant(), '/v1/payment_intents');
    expect(json).toMatchObject({ object: 'list', data: [] });
  });
});

describe('idempotency keys', () => {
  it('replays a stored answer and says so, and refuses other parameters', async () => {
    const tenantId = newTenant();
    const body = await intentBody(tenantId);
    const first = await call(tenantId, '/v1/payment_intents', body, 'key-1');
    const second = await call(tenantId, '/v1/payment_intents', body, 'key-1');
    expect(second.json).toEqual(first.json);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    const other = await call(tenantId, '/v1/payment_intents', { ...body, amount: '2000' }, 'key-1');
    expect(other).toMatchObject({ status: 400, json: { error: { type: 'idempotency_error' } } });
  });

  it('a refused request leaves its key free, a decline does not', async () => {
    const tenantId = newTenant();
    const body = await intentBody(tenantId);
    const missing = await call(tenantId, '/v1/payment_intents', { ...body, payment_method: 'pm_none' }, 'key-1');
    expect(missing).toMatchObject({ status: 400, json: { error: { code: 'resource_missing' } } });
    await subject.script({ tenantId, next: ['decline:expired_card'] });
    const declined = await call(tenantId, '/v1/payment_intents', body, 'key-1');
    expect(declined).toMatchObject({
      status: 402,
      json: {
        error: { type: 'card_error', code: 'expired_card', payment_intent: { status: 'requires_payment_method' } },
      },
    });
    expect(await call(tenantId, '/v1/payment_intents', body, 'key-1')).toMatchObject({
      status: 402,
      json: declined.json,
    });
  });
});

describe('requests', () => {
  const refused: [string, Record<string, string>, object][] = [
    ['an unknown parameter', { colour: 'red' }, { code: 'parameter_unknown', param: 'colour' }],
    ['no amount', { amount: '' }, { param: 'amount' }],
    ['an amount that is no integer', { amount: '1.5' }, { param: 'amount' }],
    ['a currency in capitals', { currency: 'USD' }, { param: 'currency' }],
    ['a charge without a confirmation', { confirm: 'false' }, { param: 'confirm' }],
    ['a metadata name too long', { [`metadata[${'x'.repeat(41)}]`]: 'y' }, { type: 'invalid_request_error' }],
    ['a method without its customer', { customer: 'cus_none' }, { param: 'customer' }],
  ];
  it.each(refused)('refuses %s', async (_name, change, error) => {
    const tenantId = newTenant();
    const body = { ...(await intentBody(tenantId)), ...change };
    expect(await call(tenantId, '/v1/payment_intents', body)).toMatchObject({ status: 400, json: { error } });
  });

  it('names what it does not speak, and takes at most 64 KiB', async () => {
    const tenantId = newTenant();
    expect((await call(tenantId, '/v1/subscriptions')).status).toBe(404);
    const body = { 'metadata[x]': 'y'.repeat(70_000) };
    expect((await call(tenantId, '/v1/customers', body)).status).toBe(400);
  });
});

describe('pages', () => {
  const html = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' };

  it('a person picks a test card and comes back', async () => {
    const tenantId = newTenant();
    const setup = { tenantId, setupId: 'set-1', customerId: 'c-1', returnUrl: 'https://merchant.example/back' };
    const begun = await subject.provider.beginSetup({ ...setup, idempotencyKey: randomUUID() });
    const page = await (await fetch(begun.url, { headers: html })).text();
    expect(page).toContain('value="tok_ok"');
    expect(page).toContain('href="https://merchant.example/back"');
    const send = () =>
      fetch(begun.url, { method: 'POST', headers: html, body: 'token=tok_stolen_card', redirect: 'manual' });
    const finished = await send();
    expect([finished.status, finished.headers.get('location')]).toEqual([303, 'https://merchant.example/back']);
    expect((await send()).status).toBe(409);
    const again = await subject.provider.beginSetup({ ...setup, setupId: 'set-2', idempotencyKey: randomUUID() });
    expect(again.providerSetupId).not.toBe(begun.providerSetupId);
    const sessions = [begun, again].map(({ providerSetupId }) =>
      call(tenantId, `/v1/checkout/sessions/${providerSetupId}`),
    );
    const [one, two] = await Promise.all(sessions);
    expect(one?.json['customer'], 'one Stripe customer per customer').toBe(two?.json['customer']);
  });

  it('a page nobody finished expires', async () => {
    const tenantId = newTenant();
    const setup = { tenantId, setupId: 'set-1', customerId: 'c-1', returnUrl: 'https://merchant.example/back' };
    const { providerSetupId, url } = await subject.provider.beginSetup({ ...setup, idempotencyKey: 'key-1' });
    const read = { tenantId, setupId: 'set-1', providerSetupId, idempotencyKey: 'key-2' };
    try {
      await subject.setClockOffset(25 * hourMs);
      expect(await subject.provider.readSetup(read)).toMatchObject({ kind: 'failed', code: 'expired' });
      await expect(post(url, { token: 'tok_ok' })).rejects.toThrow('409');
    } finally {
      await subject.setClockOffset(0);
    }
  });

  it("a person confirms at the bank's page and comes back", async () => {
    const payer = await newPayer(subject, 'tok_requires_action');
    const open = await subject.provider.charge(chargeRequest(payer));
    if (open.kind !== 'requires_action') throw new Error(`expected requires_action, got ${open.kind}`);
    expect(await (await fetch(open.url)).text()).toContain('action="?result=succeeded"');
    const sent = await fetch(`${open.url}?result=succeeded`, { method: 'POST', headers: html, redirect: 'manual' });
    expect([sent.status, sent.headers.get('location')]).toEqual([303, 'https://merchant.example/back']);
  });
});

describe('lists', () => {
  it('finds by search what is older than the list looks back', async () => {
    const payer = await newPayer(subject);
    try {
      await subject.setClockOffset(-2 * hourMs);
      await subject.provider.charge(chargeRequest(payer, 'att-old'));
    } finally {
      await subject.setClockOffset(0);
    }
    const request = lookUpRequest({ tenantId: payer.tenantId, attemptId: 'att-old' });
    const found = await subject.provider.lookUp({ ...request, firstSentAt: new Date(Date.now() - 3 * hourMs) });
    expect(found).toMatchObject({ kind: 'found', outcome: { kind: 'succeeded' }, amountMinor: 1999 });
  });

  it('finds by id, and takes no other attempt for it', async () => {
    const payer = await newPayer(subject);
    const charged = await subject.provider.charge(chargeRequest(payer, 'att-1'));
    const { providerChargeId } = charged;
    if (providerChargeId === null) throw new Error('a charge has an id');
    const { tenantId } = payer;
    const byId = (attemptId: string) =>
      subject.provider.lookUp(lookUpRequest({ tenantId, attemptId, providerChargeId }));
    expect(await byId('att-1')).toMatchObject({ kind: 'found', outcome: charged });
    expect(await byId('att-2')).toEqual({ kind: 'not_found' });
  });

  it('goes through more than a page of charges from the very first', async () => {
    const payer = await newPayer(subject);
    const attemptIds = Array.from({ length: 103 }, (_, index) => `att-${index}`);
    try {
      for (const [index, attemptId] of attemptIds.entries()) {
        // Each tenth in an hour of its own, so that the oldest are to be found by their time.
        if (index % 10 === 0) await subject.setClockOffset((index - 200) * hourMs);
        await subject.provider.charge(chargeRequest(payer, attemptId));
      }
    } finally {
      await subject.setClockOffset(0);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await subject.provider.listCharges({ tenantId: payer.tenantId, cursor, limit: 40 });
      expect(page.charges.length).toBeLessThanOrEqual(40);
      seen.push(...page.charges.map((charge) => charge.attemptId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(attemptIds);
  });
});

describe('disputes', () => {
  it('refuses to refund what the bank took back, until it is won', async () => {
    const payer = await newPayer(subject);
    const charged = await subject.provider.charge(chargeRequest(payer));
    if (charged.kind !== 'succeeded') throw new Error(`expected a success, got ${charged.kind}`);
    const { providerChargeId } = charged;
    const charge = { tenantId: payer.tenantId, providerChargeId };
    await subject.disputes?.open({ ...charge, amountMinor: 1999 });
    await expect(subject.disputes?.open({ ...charge, amountMinor: 1 })).rejects.toThrow('already_disputed');
    const refund = (refundId: string) =>
      subject.provider.refund({
        ...{ ...charge, refundId, idempotencyKey: refundId, amountMinor: 100, currency: 'USD' },
        deadlineAtMonotonicMs: performance.now() + 3_000,
      });
    expect(await refund('ref-1')).toMatchObject({ kind: 'rejected', code: 'charge_disputed' });
    await subject.disputes?.settle({ ...charge, result: 'won' });
    expect(await refund('ref-2')).toMatchObject({ kind: 'succeeded' });
    await expect(subject.disputes?.settle({ ...charge, result: 'lost' })).rejects.toThrow('already_decided');
  });
});

describe('refunds', () => {
  it('a refund that fails afterwards is told of, found failed, and can be made again', async () => {
    const payer = await newPayer(subject);
    const { tenantId } = payer;
    const { providerChargeId } = await subject.provider.charge(chargeRequest(payer));
    if (providerChargeId === null) throw new Error('a charge has an id');
    const refund = (refundId: string) =>
      subject.provider.refund({
        ...{ tenantId, refundId, idempotencyKey: refundId, providerChargeId, amountMinor: 1999, currency: 'USD' },
        deadlineAtMonotonicMs: performance.now() + 3_000,
      });
    const made = await refund('ref-1');
    if (made.kind !== 'succeeded') throw new Error(`expected a success, got ${made.kind}`);
    const { providerRefundId } = made;
    await post(`${subject.stripeUrl}/control/refunds/${providerRefundId}`, {});
    await deliveredEvent(
      subject,
      ({ type, fact }) =>
        type === 'refund.failed' && fact?.kind === 'refund_updated' && fact.providerRefundId === providerRefundId,
    );
    const found = await subject.provider.lookUpRefund({
      ...{ tenantId, refundId: 'ref-1', providerChargeId, providerRefundId, timeoutMs: 3_000 },
    });
    expect(found).toMatchObject({ kind: 'found', outcome: { kind: 'failed', code: 'lost_or_stolen_card' } });
    expect(await refund('ref-2')).toMatchObject({ kind: 'succeeded' });
  });
});

describe('webhook endpoints', () => {
  it("an account's own endpoint gets its events, with its own secret, and no other account's", async () => {
    const receiver = await receiveWebhooks();
    const [tenantId, stranger] = [newTenant(), newTenant()];
    const wanted = { 'enabled_events[0]': 'payment_intent.succeeded' };
    const { json: endpoint } = await call(tenantId, '/v1/webhook_endpoints', { url: receiver.url, ...wanted });
    const attemptOf = async (payerOf: string) =>
      subject.provider.charge(chargeRequest(await newPayer(subject, 'tok_ok', payerOf), payerOf));
    await attemptOf(stranger);
    await attemptOf(tenantId);
    const secret = String(endpoint['secret']);
    const own = { ...subject, webhookSecret: secret, deliveries: () => receiver.received };
    const { fact } = await deliveredEvent(own, () => true);
    expect(fact).toMatchObject({ kind: 'charge_updated', attemptId: tenantId });
    const { json: listed } = await call(tenantId, '/v1/webhook_endpoints');
    expect(listed['data']).toEqual([expect.not.objectContaining({ secret })]);
    await receiver.close();
    expect(receiver.received).toHaveLength(1);
  });
});
