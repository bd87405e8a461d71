import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../domain/instant.ts';
import { createAccountProvider, goodKey, revokedKey } from '../../tests/support/account-provider.ts';
import { type BillingLife, closePoolsAfterAll, iso, openLife } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { reservePart } from '../../tests/support/refund-part.ts';
import { createManualInvoice } from '../manual-invoices/create-manual-invoice.ts';
import { checkAccount } from './check-account.ts';
import { disableAccount } from './disable-account.ts';
import { createAccountSource } from './open-account.ts';
import { putAccount } from './put-account.ts';
import { watchCredentials } from './watch-credentials.ts';

closePoolsAfterAll();

/** As the double says it. */
const reason = 'Expired API key';

/** A tenant that charges at `stripe`, with a subscription that has paid once. */
async function openStripeLife() {
  const life = await openLife();
  const { context, owner, tenantId } = life;
  const stripe = createAccountProvider(life.provider, context.database);
  context.provider = (name) => (name === 'stripe' ? stripe.provider : life.provider);
  await putKey(life, goodKey);
  const { customerId } = await life.makeCustomer();
  await owner`update payment_methods set provider = 'stripe' where tenant_id = ${tenantId}`;
  const { id, answer } = await life.subscribe({ customerId });
  expect(answer.status).toBe(201);
  return { life, stripe, id, customerId };
}

const putKey = (life: BillingLife, key: string) =>
  putAccount(life.context, life.call, 'stripe', { credentials: { secret_key: key } });

async function accountOf({ owner, tenantId }: BillingLife) {
  const [row] = await owner<[{ status: string; statusReason: string | null }]>`
    select status, status_reason from provider_accounts where tenant_id = ${tenantId} and provider = 'stripe'`;
  return row;
}

async function noticesOf({ owner, tenantId }: BillingLife) {
  const rows = await owner<{ envelope: { data: { kind: string } } }[]>`
    select envelope from outbox where tenant_id = ${tenantId} and topic = 'notifications.requested' order by id`;
  return rows.map(({ envelope }) => envelope.data);
}

async function lastAttempt(life: BillingLife, id: SubscriptionId) {
  const attempt = (await life.rows('payment_attempts', id)).at(-1);
  if (!attempt) throw new Error('no attempt');
  return attempt;
}

const refused = { kind: 'provider_credentials_refused', details: { provider: 'stripe', reason } };

describe('credentials that the provider refuses', () => {
  it('are no decline: the attempt waits, the account says so, its people are told once', async () => {
    const { life, stripe, id } = await openStripeLife();
    await putKey(life, revokedKey);
    await life.live(31 * DAY_MS);
    const attempt = await lastAttempt(life, id);
    expect(attempt).toMatchObject({ status: 'not_sent', declineKind: null, message: reason });
    const waitMs = (attempt.sendAt ?? 0) - life.now();
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThan(1.25 * HOUR_MS);
    expect(await accountOf(life)).toEqual({ status: 'credentials_refused', statusReason: reason });
    const [payment] = (await life.rows('payments', id)).slice(-1);
    expect(payment).toMatchObject({ status: 'pending', attemptsCount: 0 });
    await life.live(DAY_MS);
    const tries = (await lastAttempt(life, id)).sendCount - attempt.sendCount;
    expect(tries, 'by a long back-off').toBeLessThan(36);
    expect(tries).toBeGreaterThan(15);
    expect(
      stripe.shown.filter((key) => key === revokedKey),
      'it is asked once',
    ).toHaveLength(1);
    expect(await noticesOf(life)).toEqual([refused]);
    await expectInvariants(life);
  });

  it('that are replaced make the account active, and what waits is charged at once, under its own attempt', async () => {
    const { life, stripe, id } = await openStripeLife();
    await putKey(life, revokedKey);
    await life.live(31 * DAY_MS);
    const waiting = await lastAttempt(life, id);
    const replacedAt = life.now();
    await putKey(life, goodKey);
    expect(life.intents.at(-1)).toMatchObject({ kind: 'wake', subscriptionId: id });
    await life.settle();
    const paid = await lastAttempt(life, id);
    expect(paid).toMatchObject({ id: waiting.id, status: 'succeeded' });
    expect(iso(paid.settledAt)).toBe(iso(replacedAt));
    expect(await accountOf(life)).toEqual({ status: 'active', statusReason: null });
    expect(stripe.shown.at(-1)).toBe(goodKey);
    await expectInvariants(life);
  });

  it('that are replaced wake the payment of an invoice without a subscription, too', async () => {
    const { life, customerId } = await openStripeLife();
    await putKey(life, revokedKey);
    const answer = await createManualInvoice(life.context, life.call, {
      ...{ customerId, subscriptionId: null, currency: 'USD', memo: null, collect: true },
      lines: [{ description: 'Set-up', amountMinor: 5_000, quantity: 1 }],
    });
    expect(answer.status).toBe(201);
    const attempts = () => life.owner`
      select status, payment_id from payment_attempts where tenant_id = ${life.tenantId} and subscription_id is null`;
    await life.settle();
    const [waiting] = await attempts();
    expect(waiting).toMatchObject({ status: 'not_sent' });
    await putKey(life, goodKey);
    expect(life.intents.at(-1)).toMatchObject({ kind: 'wake', carrierId: waiting?.['paymentId'], carries: 'payment' });
    await life.settle();
    expect(await attempts()).toMatchObject([{ status: 'succeeded' }]);
    await expectInvariants(life);
  });

  it('that are replaced let a refund go out that could not', async () => {
    const { life, id } = await openStripeLife();
    await putKey(life, revokedKey);
    await reservePart(life, id);
    await life.live(10 * MINUTE_MS);
    const [waiting] = await life.rows('refunds', id);
    expect(waiting).toMatchObject({ status: 'unknown', providerRefundId: null });
    expect(waiting?.resolveAt).toBeGreaterThan(life.now() + 10 * MINUTE_MS);
    await putKey(life, goodKey);
    expect(life.intents.at(-1)).toMatchObject({ kind: 'wake', carrierId: waiting?.id, carries: 'refund' });
    await life.settle();
    expect(await life.rows('refunds', id)).toMatchObject([{ id: waiting?.id, status: 'succeeded' }]);
    await expectInvariants(life);
  });

  it('that are replaced let the provider be asked at once about what it was not asked about', async () => {
    const { life, id } = await openStripeLife();
    life.provider.script({ tenantId: life.tenantId, next: ['timeout_after'] });
    await life.live(28 * DAY_MS);
    expect(await lastAttempt(life, id)).toMatchObject({ status: 'unknown' });
    await putKey(life, revokedKey);
    await life.settle();
    expect(await accountOf(life)).toMatchObject({ status: 'credentials_refused' });
    const unknown = await lastAttempt(life, id);
    expect(unknown.status).toBe('unknown');
    expect(unknown.resolveAt).toBeGreaterThan(life.now() + 60_000);
    await putKey(life, goodKey);
    await life.settle();
    expect(await lastAttempt(life, id)).toMatchObject({ status: 'succeeded', sendCount: 1 });
    await expectInvariants(life);
  });

  it('refused again after they were replaced are told again', async () => {
    const { life } = await openStripeLife();
    for (const key of [revokedKey, goodKey, revokedKey]) {
      await putKey(life, key);
      await life.live(32 * DAY_MS);
    }
    expect(await noticesOf(life)).toEqual([refused, refused]);
  });

  it('in a call that began before they were replaced say nothing of the new ones', async () => {
    const { life, stripe } = await openStripeLife();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const { database, sealer } = life.context;
    const accountOfStripe = createAccountSource({ database, sealer }, 'stripe');
    const slow = watchCredentials(life.context.database, {
      ...stripe.provider,
      listCharges: async () => {
        await accountOfStripe(life.tenantId);
        open();
        await answered;
        throw new ProviderError('not_sent', 'credentials_refused');
      },
    });
    const asked = slow.listCharges({ tenantId: life.tenantId, limit: 1 });
    const refusedLate = asked.catch((error: unknown) => error);
    await opened;
    await putKey(life, goodKey);
    answer();
    expect(await refusedLate).toMatchObject({ code: 'credentials_refused' });
    expect(await accountOf(life)).toEqual({ status: 'active', statusReason: null });
    expect(await noticesOf(life)).toEqual([]);
  });
});

describe('a check', () => {
  it('of good credentials changes nothing', async () => {
    const { life } = await openStripeLife();
    const answer = await checkAccount(life.context, life.call, 'stripe');
    expect(answer).toMatchObject({ status: 200, body: { status: 'active', status_reason: null } });
  });

  it('finds revoked credentials before any customer does', async () => {
    const { life } = await openStripeLife();
    await putKey(life, revokedKey);
    const answer = await checkAccount(life.context, life.callWith('check'), 'stripe');
    expect(answer).toMatchObject({ status: 200, body: { status: 'credentials_refused', status_reason: reason } });
    expect(await noticesOf(life)).toEqual([refused]);
    await checkAccount(life.context, life.call, 'stripe');
    expect(await noticesOf(life), 'whoever asks again knows').toEqual([refused]);
  });

  it('makes an account active that the provider takes again, and wakes what waits', async () => {
    const { life, id } = await openStripeLife();
    await life.owner`
      update provider_accounts set status = 'credentials_refused', status_reason = 'a bad day' where tenant_id = ${life.tenantId}`;
    await life.live(31 * DAY_MS);
    expect(await lastAttempt(life, id)).toMatchObject({ status: 'not_sent' });
    const answer = await checkAccount(life.context, life.call, 'stripe');
    expect(answer).toMatchObject({ status: 200, body: { status: 'active', status_reason: null } });
    await life.settle();
    expect(await lastAttempt(life, id)).toMatchObject({ status: 'succeeded' });
  });
});

it('an account that is disabled lets nothing out, and a new one takes up what waited', async () => {
  const { life, stripe, id } = await openStripeLife();
  await disableAccount(life.context, life.call, 'stripe');
  const calls = stripe.shown.length;
  await life.live(31 * DAY_MS);
  expect(await lastAttempt(life, id)).toMatchObject({ status: 'not_sent', declineKind: null });
  expect(stripe.shown).toHaveLength(calls);
  await putKey(life, goodKey);
  await life.settle();
  expect(await lastAttempt(life, id)).toMatchObject({ status: 'succeeded' });
  await expectInvariants(life);
});

it('a first payment meets wrong credentials as something undecided, not as a decline', async () => {
  const { life, customerId } = await openStripeLife();
  await putKey(life, revokedKey);
  const { answer, id } = await life.subscribe({ customerId });
  expect(answer).toMatchObject({ status: 202, body: { status: 'incomplete' } });
  await putKey(life, goodKey);
  await life.settle();
  expect(await life.sub(id)).toMatchObject({ status: 'active' });
});
