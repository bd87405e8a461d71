import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { chargeRequest, chargesOf, failureOf, lookUpRequest, newPayer, newTenant } from '../contract/subject.ts';
import type { EventPage } from '../port.ts';
import { receiveWebhooks } from '../sandbox/receive-webhooks.ts';
import { spawnProviderProcess } from '../sandbox/spawn-provider-process.ts';
import { createPaypalProvider } from './paypal-provider.ts';
import { accountsAt, openPaypalStand, type PaypalStand } from './paypal-stand.ts';

let stand: PaypalStand;

beforeAll(async () => {
  stand = await openPaypalStand();
});

afterEach(async () => {
  await stand.post('/control/clock', { offset_ms: 0 });
  await stand.post('/control/index-delay', { delay_ms: 0 });
});

afterAll(() => stand.close());

const returnUrl = 'https://shop.example/back?customer=1';

async function beginSetup(tenantId = newTenant(), setupId = `set_${randomUUID()}`) {
  const request = { tenantId, setupId, customerId: 'cus_1', returnUrl, idempotencyKey: setupId };
  const begun = await stand.provider.beginSetup(request);
  const { providerSetupId } = begun;
  const read = (idempotencyKey = setupId) =>
    stand.provider.readSetup({ tenantId, setupId, providerSetupId, idempotencyKey });
  return { ...begun, request, tenantId, setupId, read };
}

/** A tenant whose payer agreed to later charges at the wallet's page. */
async function walletPayer(token: string) {
  const { url, tenantId, read } = await beginSetup();
  await stand.post(url, { method: token });
  const setup = await read();
  if (setup.kind !== 'completed') throw new Error(`expected a completed set-up, got ${setup.kind}`);
  return { tenantId, providerMethodId: setup.method.providerMethodId };
}

async function openOrder(attemptId: string) {
  const payer = await newPayer(stand, 'tok_requires_action');
  const outcome = await stand.provider.charge(chargeRequest(payer, attemptId));
  if (outcome.kind !== 'requires_action') throw new Error(`expected requires_action, got ${outcome.kind}`);
  const { providerChargeId, url } = outcome;
  const names = { tenantId: payer.tenantId, attemptId, providerChargeId };
  const approve = () => stand.post(url, { result: 'succeeded' });
  const lookUp = () => stand.provider.lookUp(lookUpRequest(names));
  const cancel = () => stand.provider.cancelAttempt({ ...names, timeoutMs: 3_000 });
  return { ...names, url, approve, lookUp, cancel };
}

function eventsOf(tenantId: string, more: { cursor?: string; limit?: number } = {}): Promise<EventPage> {
  return stand.provider.listEvents({ tenantId, since: new Date(Date.now() - 60_000), limit: 50, ...more });
}

describe('set-ups', () => {
  it('begins once per key and is open until the payer agreed', async () => {
    const setup = await beginSetup();
    const { providerSetupId, url } = setup;
    expect(await stand.provider.beginSetup(setup.request)).toEqual({ providerSetupId, url });
    expect(await setup.read()).toEqual({ kind: 'open' });
    await stand.post(url, { result: 'failed' });
    expect(await setup.read()).toEqual({ kind: 'open' });
  });

  it('names the same method whenever it is read again, also after its request id was forgotten', async () => {
    const { url, read } = await beginSetup();
    await stand.post(url, { method: 'tok_ok' });
    const first = await read();
    expect(first).toMatchObject({ kind: 'completed', method: { brand: 'paypal', last4: null, expMonth: null } });
    expect(await read()).toEqual(first);
    await stand.post('/control/clock', { offset_ms: 4 * 3_600_000 });
    expect(await read()).toEqual(first);
    expect(await read('another key')).toEqual(first);
  });

  it('fails once the set-up token is gone, and for another tenant', async () => {
    const { read, setupId, providerSetupId } = await beginSetup();
    const stranger = { tenantId: newTenant(), setupId, providerSetupId, idempotencyKey: 'k' };
    expect(await stand.provider.readSetup(stranger)).toMatchObject({ kind: 'failed', code: 'setup_expired' });
    await stand.post('/control/clock', { offset_ms: 4 * 86_400_000 });
    expect(await read()).toMatchObject({ kind: 'failed', code: 'setup_expired' });
  });

  it('sends a browser back to the merchant', async () => {
    const { url, providerSetupId } = await beginSetup();
    expect(await (await fetch(url)).text()).toContain('<option>tok_stolen_card</option>');
    const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
    const answer = await fetch(url, { method: 'POST', body: 'method=tok_ok', headers: form, redirect: 'manual' });
    expect(answer.headers.get('location')).toBe(`${returnUrl}&approval_token_id=${providerSetupId}`);
  });

  it('a token nobody approved attaches nothing', async () => {
    const { providerSetupId, tenantId } = await beginSetup();
    const request = { tenantId, token: providerSetupId, idempotencyKey: randomUUID() };
    expect(await failureOf(stand.provider.attachMethod(request))).toMatchObject({
      ...{ kind: 'rejected', code: 'setup_token_not_approved' },
    });
  });
});

describe('wallets', () => {
  it.each([
    ['tok_ok', { kind: 'succeeded' }],
    [
      'tok_generic_decline',
      { kind: 'declined', declineKind: 'soft', code: 'instrument_declined', providerChargeId: null },
    ],
    ['tok_stolen_card', { kind: 'declined', declineKind: 'hard', code: 'payer_account_restricted' }],
    ['tok_requires_action', { kind: 'requires_action' }],
  ])('%s, and the same answer again', async (token, expected) => {
    const payer = await walletPayer(token);
    const first = await stand.provider.charge(chargeRequest(payer, 'attempt-1'));
    expect(first).toMatchObject(expected);
    expect(await stand.provider.charge(chargeRequest(payer, 'attempt-1'))).toEqual(first);
  });

  it.each([
    ['JPY', 500],
    ['HUF', 120_000],
    ['EUR', 1],
  ])('%s goes and comes back as %i minor units', async (currency, amountMinor) => {
    const payer = await walletPayer('tok_ok');
    const outcome = await stand.provider.charge({ ...chargeRequest(payer, 'attempt-1'), currency, amountMinor });
    expect(outcome).toMatchObject({ kind: 'succeeded' });
    expect(await chargesOf(stand, payer.tenantId)).toMatchObject([{ currency, amountMinor }]);
  });

  it('a currency PayPal has not is refused before anything is sent', async () => {
    const payer = await walletPayer('tok_ok');
    const failure = await failureOf(stand.provider.charge({ ...chargeRequest(payer), currency: 'KWD' }));
    expect(failure).toMatchObject({ kind: 'rejected', code: 'unsupported_currency' });
  });
});

describe('orders that wait for their payer', () => {
  it('are captured by the look-up once they are approved, and only once', async () => {
    const order = await openOrder('attempt-1');
    await order.approve();
    expect(await chargesOf(stand, order.tenantId)).toEqual([]);
    const found = await Promise.all([order.lookUp(), order.lookUp(), order.lookUp()]);
    for (const each of found) expect(each).toMatchObject({ kind: 'found', outcome: { kind: 'succeeded' } });
    expect(await chargesOf(stand, order.tenantId)).toHaveLength(1);
  });

  it.each(['timeout_after', 'reset_after', 'error_after', 'timeout_before', 'error_before'])(
    'a capture that ends as %s is unknown; the next look-up tells its success, captured once',
    async (behave) => {
      const order = await openOrder('attempt-1');
      await order.approve();
      await stand.post('/control/script', { account: order.tenantId, next: [{ behave }] });
      const names = { tenantId: order.tenantId, attemptId: 'attempt-1', providerChargeId: order.providerChargeId };
      const failure = await failureOf(stand.provider.lookUp({ ...lookUpRequest(names), timeoutMs: 400 }));
      expect(failure.kind).toBe('unknown');
      expect(await order.lookUp()).toMatchObject({ kind: 'found', outcome: { kind: 'succeeded' } });
      expect(await chargesOf(stand, order.tenantId)).toHaveLength(1);
    },
  );

  it('a declined capture is final: the order is closed before it is told, and no later look-up captures it', async () => {
    const order = await openOrder('attempt-1');
    await order.approve();
    await stand.post('/control/script', { account: order.tenantId, next: [{ behave: 'decline:generic_decline' }] });
    expect(await order.lookUp()).toMatchObject({ outcome: { kind: 'declined', declineKind: 'soft' } });
    expect(await order.lookUp()).toMatchObject({ outcome: { kind: 'declined' } });
    expect(await chargesOf(stand, order.tenantId)).toEqual([]);
  });

  it('a declined capture whose order cannot be closed is not told as final', async () => {
    const order = await openOrder('attempt-1');
    await order.approve();
    await stand.post('/control/refuse-changes', { account: order.tenantId });
    await stand.post('/control/script', { account: order.tenantId, next: [{ behave: 'decline:generic_decline' }] });
    expect(await failureOf(order.lookUp())).toMatchObject({ kind: 'unknown', code: 'capture_declined_order_open' });
    expect(await order.lookUp()).toMatchObject({ outcome: { kind: 'succeeded' } });
  });

  it('an approved order can be canceled, and PayPal itself refuses to capture it then', async () => {
    const order = await openOrder('attempt-1');
    await order.approve();
    expect(await order.cancel()).toEqual({ kind: 'canceled' });
    expect(await order.lookUp()).toMatchObject({ outcome: { kind: 'declined', code: 'canceled' } });
    const answer = await captureByHand(order.tenantId, order.providerChargeId);
    expect(answer).toMatchObject({ details: [{ issue: 'ACTION_DOES_NOT_MATCH_INTENT' }] });
    expect(await chargesOf(stand, order.tenantId)).toEqual([]);
  });

  it('one whose capture is under way is not canceled: its outcome is waited for', async () => {
    const payer = await newPayer(stand);
    await stand.post('/control/script', { account: payer.tenantId, next: [{ behave: 'pending:60000' }] });
    const outcome = await stand.provider.charge(chargeRequest(payer, 'attempt-1'));
    if (outcome.kind !== 'pending') throw new Error(`expected pending, got ${outcome.kind}`);
    const { providerChargeId } = outcome;
    const names = { tenantId: payer.tenantId, attemptId: 'attempt-1', providerChargeId };
    expect(await stand.provider.cancelAttempt({ ...names, timeoutMs: 3_000 })).toEqual({
      kind: 'already_decided',
      outcome,
    });
  });

  it('one that takes no change stays open until it is gone', async () => {
    const order = await openOrder('attempt-1');
    await stand.post('/control/refuse-changes', { account: order.tenantId });
    expect(await failureOf(order.cancel())).toMatchObject({ kind: 'rejected', code: 'not_cancelable' });
    expect(await order.lookUp()).toMatchObject({ outcome: { kind: 'requires_action' } });
    await stand.post('/control/clock', { offset_ms: 3 * 3_600_000 + 1_000 });
    expect(await order.cancel()).toEqual({ kind: 'canceled' });
    expect(await order.lookUp()).toEqual({ kind: 'not_found' });
  });
});

async function captureByHand(clientId: string, orderId: string): Promise<unknown> {
  const { credentials } = await accountsAt(stand.url)(clientId);
  const basic = Buffer.from(`${credentials['client_id']}:${credentials['client_secret']}`).toString('base64');
  const token = await fetch(`${stand.url}/v1/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
  });
  const { access_token } = (await token.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${access_token}`, 'paypal-request-id': randomUUID() };
  return (await fetch(`${stand.url}/v2/checkout/orders/${orderId}/capture`, { method: 'POST', headers })).json();
}

describe('the transaction search', () => {
  it('is late: not found proves nothing, and the order id finds the charge meanwhile', async () => {
    await stand.post('/control/index-delay', { delay_ms: 3_600_000 });
    const payer = await newPayer(stand);
    const outcome = await stand.provider.charge(chargeRequest(payer, 'attempt-1'));
    const byReference = lookUpRequest({ tenantId: payer.tenantId, attemptId: 'attempt-1' });
    expect(await stand.provider.lookUp(byReference)).toEqual({ kind: 'not_found' });
    const byId = await stand.provider.lookUp({ ...byReference, providerChargeId: outcome.providerChargeId });
    expect(byId).toMatchObject({ kind: 'found', outcome });
    await stand.post('/control/index-delay', { delay_ms: 0 });
    expect(await stand.provider.lookUp(byReference)).toMatchObject({ kind: 'found', outcome });
  });
});

describe('credentials', () => {
  it('a revoked token is fetched again once, unseen by the caller', async () => {
    const payer = await newPayer(stand);
    await stand.post('/control/revoke-tokens', { account: payer.tenantId });
    expect(await stand.provider.charge(chargeRequest(payer, 'attempt-1'))).toMatchObject({ kind: 'succeeded' });
    expect(await chargesOf(stand, payer.tenantId)).toHaveLength(1);
  });

  it('wrong ones are told as such, and nothing was sent', async () => {
    const accountOf = accountsAt(stand.url);
    const provider = createPaypalProvider({
      accountOf: async (tenantId) => {
        const account = await accountOf(tenantId);
        return { ...account, credentials: { ...account.credentials, client_secret: 'wrong' } };
      },
    });
    const payer = await newPayer(stand);
    const failure = await failureOf(provider.charge(chargeRequest(payer, 'attempt-1')));
    expect(failure).toMatchObject({ kind: 'not_sent', code: 'credentials_refused' });
    provider.close();
    expect(await chargesOf(stand, payer.tenantId)).toEqual([]);
  });
});

describe('events', () => {
  it('are listed page by page, as their delivery carried them', async () => {
    const payer = await newPayer(stand);
    for (const attemptId of ['a', 'b', 'c']) await stand.provider.charge(chargeRequest(payer, attemptId));
    const seen: EventPage['events'] = [];
    let cursor: string | undefined;
    do {
      const page = await eventsOf(payer.tenantId, { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.events.length).toBeLessThanOrEqual(2);
      seen.push(...page.events);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    const facts = seen.map(({ event }) => event.fact);
    const attempts = facts.flatMap((fact) => (fact?.kind === 'charge_updated' ? fact.attemptId : []));
    expect(attempts.toSorted()).toEqual(['a', 'b', 'c']);
    const listed = seen.find(({ event }) => event.type === 'PAYMENT.CAPTURE.COMPLETED');
    const eventId = listed?.event.eventId ?? '';
    const delivered = await vi.waitFor(() => {
      const found = stand.receiver.received.find(({ rawBody }) => Buffer.from(rawBody).includes(eventId));
      if (found === undefined) throw new Error(`${eventId} was not delivered`);
      return found;
    });
    expect(Buffer.from(listed?.rawBody ?? []).equals(delivered.rawBody)).toBe(true);
  });

  it('begin where they were asked for', async () => {
    const payer = await newPayer(stand);
    await stand.provider.charge(chargeRequest(payer, 'a'));
    const page = await stand.provider.listEvents({
      tenantId: payer.tenantId,
      since: new Date(Date.now() + 60_000),
      limit: 50,
    });
    expect(page).toEqual({ events: [], nextCursor: null });
  });

  it('of a dispute carry its state, amount and attempt', async () => {
    const payer = await newPayer(stand);
    const attemptId = `att_${randomUUID()}`;
    const { providerChargeId } = await stand.provider.charge(chargeRequest(payer, attemptId));
    const opened = (await stand.post('/control/disputes', { order_id: providerChargeId })) as { dispute_id: string };
    await stand.post('/control/disputes', {
      order_id: providerChargeId,
      dispute_id: opened.dispute_id,
      status: 'lost',
    });
    const { events } = await eventsOf(payer.tenantId);
    const disputes = events.flatMap(({ event }) => (event.fact?.kind === 'dispute_updated' ? event.fact.dispute : []));
    const same = { providerDisputeId: opened.dispute_id, attemptId, amountMinor: 1999, currency: 'USD' };
    expect(disputes).toMatchObject([
      { ...same, status: 'lost', evidenceDueAt: null },
      { ...same, status: 'open', evidenceDueAt: expect.stringMatching(/^\d{4}-/) },
    ]);
  });

  it('of a refund and of a set-up name what they are about', async () => {
    const { tenantId, setupId, url, read } = await beginSetup();
    await stand.post(url, { method: 'tok_ok' });
    const setup = await read();
    if (setup.kind !== 'completed') throw new Error(`expected a completed set-up, got ${setup.kind}`);
    const payer = { tenantId, providerMethodId: setup.method.providerMethodId };
    const { providerChargeId } = await stand.provider.charge(chargeRequest(payer, 'attempt-1'));
    const refund = await stand.provider.refund({
      ...{ tenantId, refundId: 'ref-1', idempotencyKey: 'key-ref-1', providerChargeId: providerChargeId ?? '' },
      ...{ amountMinor: 500, currency: 'USD', deadlineAtMonotonicMs: performance.now() + 3_000 },
    });
    if (refund.kind !== 'succeeded') throw new Error(`expected a refund, got ${refund.kind}`);
    const { providerRefundId } = refund;
    const facts = (await eventsOf(tenantId)).events.map(({ event }) => event.fact);
    expect(facts).toContainEqual({ kind: 'refund_updated', refundId: 'ref-1', providerRefundId });
    expect(facts).toContainEqual({ kind: 'setup_updated', setupId, providerSetupId: null });
    const byId = {
      tenantId,
      refundId: 'ref-1',
      providerChargeId: providerChargeId ?? '',
      providerRefundId,
      timeoutMs: 3_000,
    };
    const found = { kind: 'found', outcome: refund, amountMinor: 500, currency: 'USD' };
    expect(await stand.provider.lookUpRefund(byId)).toEqual(found);
    expect(await stand.provider.lookUpRefund({ ...byId, tenantId: newTenant() })).toEqual({ kind: 'not_found' });
  });
});

describe('a killed dialect', () => {
  it('keeps orders, vaulted methods, request ids and the events nobody has taken yet', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-paypal-'));
    const receiver = await receiveWebhooks();
    const { url: webhookUrl } = receiver;
    const start = async () => {
      const webhookSecret = 'whsec_c2FuZGJveC1pbnRlZ3JhdGlvbi10ZXN0LXNlY3JldA==';
      const sandbox = await spawnProviderProcess({ folder, webhookUrl, webhookSecret, paypalWebhookUrl: webhookUrl });
      const provider = createPaypalProvider({ accountOf: accountsAt(sandbox.paypalUrl ?? '') });
      return { sandbox, provider };
    };
    const before = await start();
    receiver.failNext(1_000);
    const payer = await newPayer(before);
    const first = await before.provider.charge(chargeRequest(payer, 'attempt-1'));
    before.provider.close();
    await before.sandbox.stop('SIGKILL');
    receiver.failNext(0);
    receiver.received.length = 0;
    const after = await start();
    expect(await after.provider.charge(chargeRequest(payer, 'attempt-1'))).toEqual(first);
    expect(await after.provider.charge(chargeRequest(payer, 'attempt-2'))).toMatchObject({ kind: 'succeeded' });
    expect(await chargesOf(after, payer.tenantId)).toHaveLength(2);
    const told = () => receiver.received.filter(({ rawBody }) => Buffer.from(rawBody).includes('"attempt-1"'));
    await vi.waitFor(() => expect(told()).toHaveLength(1), { timeout: 10_000 });
    after.provider.close();
    await after.sandbox.stop();
    await receiver.close();
    await rm(folder, { recursive: true });
  });
});
