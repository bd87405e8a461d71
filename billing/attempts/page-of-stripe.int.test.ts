import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  accountOfKey,
  type StripeSubject,
  startStripeSubject,
} from '../../adapters/payments/contract/stripe-subject.ts';
import { createStripeProvider, type StripeProvider } from '../../adapters/payments/stripe/stripe-provider.ts';
import { newId } from '../../db/new-id.ts';
import type { AttemptId } from '../../domain/ids.ts';
import { closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { applyProviderEvent } from './apply-provider-event.ts';

closePoolsAfterAll();

let subject: StripeSubject;
let stripe: StripeProvider;
let wire: Awaited<ReturnType<typeof openWire>>;
beforeAll(async () => {
  subject = await startStripeSubject();
  wire = await openWire(subject.stripeUrl);
  stripe = createStripeProvider({
    accountOf: async (tenantId) => accountOfKey(tenantId, wire.url),
    returnUrl: 'https://merchant.example/back',
  });
});
afterAll(async () => {
  stripe.close();
  await wire.close();
  await subject.close();
});

/** The way to Stripe, which takes its time with the confirmation of an intent. */
async function openWire(target: string) {
  const way = { beforeConfirm: async () => {} };
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/', headers } = request;
    const body = Buffer.concat(await request.toArray());
    if (url.endsWith('/confirm')) await way.beforeConfirm();
    const { host: _host, connection: _connection, 'content-length': _length, ...kept } = headers;
    const answer = await fetch(target + url, {
      ...{ method, headers: kept as Record<string, string> },
      ...(method === 'GET' ? {} : { body }),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(await answer.text());
  };
  const server = createServer((request, response) => {
    pass(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, way, close };
}

it('a first charge whose decline Stripe tells before it is confirmed leads to the page all the same', async () => {
  const life = await openLife(new Date().toISOString());
  const { context, owner, tenantId } = life;
  context.provider = (name) => (name === 'stripe' ? stripe : life.provider);
  const { customerId, methodId } = await life.makeCustomer();
  const attached = await stripe.attachMethod({ tenantId, token: 'tok_requires_action', idempotencyKey: randomUUID() });
  await owner`
    update payment_methods set provider = 'stripe', provider_method_id = ${attached.providerMethodId}
    where tenant_id = ${tenantId} and id = ${methodId}`;
  const notify = async (attemptId: AttemptId): Promise<void> =>
    applyProviderEvent(context, { tenantId, attemptId, consumer: 'test', eventId: newId('event') });
  const shown: unknown[] = [];
  wire.way.beforeConfirm = async () => {
    const [attempt] = await owner<{ id: AttemptId; firstSentAt: number }[]>`
      select id, first_sent_at from payment_attempts where tenant_id = ${tenantId}`;
    if (!attempt) throw new Error('no attempt');
    const asked = { tenantId, attemptId: attempt.id, providerChargeId: null, timeoutMs: 8_000 };
    shown.push(await stripe.lookUp({ ...asked, firstSentAt: new Date(attempt.firstSentAt) }));
    await notify(attempt.id);
  };
  const { id, answer } = await life.subscribe({ customerId });
  expect(shown).toMatchObject([{ outcome: { kind: 'declined', code: 'authentication_required' } }]);
  const [attempt] = await life.rows('payment_attempts', id);
  expect(attempt).toMatchObject({ status: 'requires_action' });
  expect(answer.status).toBe(201);
  await subject.decideAction(attempt?.actionUrl ?? '', 'succeeded');
  await notify(attempt?.id as AttemptId);
  expect(await life.sub(id)).toMatchObject({ status: 'active' });
  const { charges } = await stripe.listCharges({ tenantId, limit: 10 });
  expect(charges).toMatchObject([{ attemptId: attempt?.id, amountMinor: 1999, status: 'succeeded' }]);
});
