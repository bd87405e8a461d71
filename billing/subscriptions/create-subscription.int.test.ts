import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, iso, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { setDefaultMethod } from '../customers/set-default-method.ts';
import { createSubscription } from './create-subscription.ts';
import { resumeSubscription } from './resume-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife('2026-01-31T10:00:00.000Z');
});
afterEach(() => expectInvariants(life));

const now = '2026-01-31T10:00:00.000Z';

describe('the first charge (R20)', () => {
  it.each([
    ['tok_ok', 201, 'active', 'completed'],
    ['tok_decline_after_1', 201, 'active', 'completed'],
    ['tok_slow', 201, 'active', 'completed'],
    ['tok_requires_action', 201, 'incomplete', 'requires_action'],
    ['tok_timeout_after_charge', 202, 'incomplete', 'processing'],
    ['tok_unreachable', 202, 'incomplete', 'pending'],
    ['tok_generic_decline', 402, 'payment_failed', 'failed_permanent'],
    ['tok_insufficient_funds', 402, 'payment_failed', 'failed_permanent'],
    ['tok_stolen_card', 402, 'payment_failed', 'failed_permanent'],
  ])('with %s answers %i %s, payment %s', async (token, status, rendered, payment) => {
    const { answer, id } = await life.subscribe({ token, quantity: 3 });
    expect(answer).toMatchObject({
      status,
      body: { subscription_id: id, status: rendered, payment: { status: payment, amount: 5997, currency: 'USD' } },
    });
    expect((await life.sub(id)).status).toBe(rendered);
  });

  it('that is paid opens the period, the invoice and the ledger, and says so in one event after another', async () => {
    const { id } = await life.subscribe();
    expect(await life.sub(id)).toMatchObject({
      status: 'active',
      periodStartAt: Date.parse(now),
      periodEndAt: Date.parse('2026-02-28T10:00:00.000Z'),
      nextKind: 'renew',
      sequence: 4,
    });
    expect(await life.rows('invoices', id)).toMatchObject([{ number: 1, status: 'paid', totalMinor: 1999 }]);
    const entries = await life.owner`
      select account, sum(amount_minor)::int as sum from ledger_entries where subscription_id = ${id} group by 1 order by 1`;
    expect(entries.map(({ account, sum }) => [account, sum])).toEqual([
      ['provider_clearing', 1999],
      ['receivable', 0],
      ['revenue', -1999],
    ]);
    expect(await life.topics(id)).toEqual([
      ...['subscriptions.created', 'invoices.created', 'invoices.finalized', 'invoices.paid'],
    ]);
    expect(await life.actions(id)).toEqual(['created', 'activated']);
  });

  it('that is declined leaves a void invoice, takes no number and no workflow, and stands in nobody’s way', async () => {
    const planId = await life.makePlan({ group: 'one' });
    const { customerId, id } = await life.subscribe({ planId, token: 'tok_stolen_card' });
    expect(await life.rows('invoices', id)).toMatchObject([{ number: null, status: 'void' }]);
    expect(await life.rows('billing_runs', id)).toMatchObject([{ status: 'void' }]);
    expect(await life.rows('intents', id)).toEqual([]);
    expect(await life.sub(id)).toMatchObject({ nextKind: 'none', hasOpenWork: false });
    expect(await life.topics(id)).toEqual(['subscriptions.created', 'invoices.created']);
    const paymentMethodId = await life.addMethod(customerId, 'tok_ok');
    const again = await life.subscribe({ planId, customerId, paymentMethodId });
    expect(again.answer.status).toBe(201);
    expect(await life.rows('invoices', again.id)).toMatchObject([{ number: 1 }]);
  });

  it('carries the kind of the decline', async () => {
    const { answer } = await life.subscribe({ token: 'tok_stolen_card' });
    expect(answer.body).toMatchObject({ code: 'payment_declined', payment: { decline_kind: 'hard' } });
  });

  it('that is not known is found out by the workflow, once, and becomes active', async () => {
    const { id } = await life.subscribe({ token: 'tok_timeout_after_charge' });
    expect(await life.rows('intents', id)).toMatchObject([{ kind: 'start' }]);
    await life.live(5 * SECOND_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    expect(await life.rows('payment_attempts', id)).toMatchObject([{ status: 'succeeded', sendCount: 1 }]);
    expect((await life.topics(id))[0]).toBe('subscriptions.created');
  });

  it('that was not sent is sent again by the workflow, and counts as one attempt', async () => {
    life.provider.script({ next: ['unreachable'] });
    const { id, answer } = await life.subscribe();
    expect(answer.status).toBe(202);
    expect(await life.rows('payments', id)).toMatchObject([{ attemptsCount: 0 }]);
    await life.live(MINUTE_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    expect(await life.rows('payments', id)).toMatchObject([{ attemptsCount: 1, status: 'completed' }]);
    expect(await life.rows('payment_attempts', id)).toMatchObject([{ number: 1, sendCount: 2 }]);
  });

  it('whose sender died leaves a lease and an intent at its end: the workflow finds out', async () => {
    const { charge } = life.provider;
    life.provider.charge = async (request) => {
      await charge.call(life.provider, request);
      throw new Error('unreachable code: the process is gone');
    };
    const died = { ...life.context, database: { ...life.context.database, clock: oneTransaction(life.now) } };
    const planId = await life.makePlan();
    const { customerId } = await life.makeCustomer();
    const create = createSubscription(died, life.call, input(planId, customerId));
    await expect(create).rejects.toThrow('the process is gone');
    life.provider.charge = charge.bind(life.provider);
    const [row] = await life.owner<{ id: never }[]>`select id from subscriptions where tenant_id = ${life.tenantId}`;
    const id = row?.id as never;
    expect(await life.sub(id)).toMatchObject({ status: 'incomplete', sequence: 0, nextKind: 'lease_end' });
    expect(await life.rows('intents', id)).toMatchObject([{ kind: 'start', dueAt: life.now() + 30 * SECOND_MS }]);
    await life.live(MINUTE_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
    expect(await life.topics(id)).toContain('subscriptions.created');
  });
});

/** A clock that answers the first transaction and dies with the second. */
function oneTransaction(now: () => number) {
  let asked = 0;
  return () => {
    asked += 1;
    if (asked > 1) throw new Error('the process is gone');
    return now();
  };
}

function input(planId: string, customerId: string, overrides: object = {}) {
  return {
    ...{ planId, customerId, paymentMethodId: null, startDate: null, trialPeriodDays: null, quantity: 1, metadata: {} },
    ...{ allowIncomplete: false, groupId: null, ...overrides },
  } as Parameters<typeof createSubscription>[2];
}

describe('allow_incomplete', () => {
  it('answers a decline with 201 payment_failed in dunning; a retry that is paid activates it', async () => {
    life.provider.script({ next: ['decline:insufficient_funds'] });
    const { id, answer } = await life.subscribe({ allowIncomplete: true });
    expect(answer).toMatchObject({ status: 201, body: { status: 'payment_failed', collection: 'dunning' } });
    expect(await life.sub(id)).toMatchObject({
      status: 'incomplete',
      collection: 'dunning',
      incompleteExpiresAt: null,
    });
    expect(await life.rows('invoices', id)).toMatchObject([{ status: 'open', number: 1 }]);
    await life.live(25 * HOUR_MS);
    expect(await life.sub(id)).toMatchObject({
      status: 'active',
      collection: 'normal',
      periodStartAt: Date.parse(now),
    });
  });

  it('ends in dunning’s last action when nothing helps', async () => {
    const { id } = await life.subscribe({ token: 'tok_insufficient_funds', allowIncomplete: true });
    await life.live(16 * 24 * HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', cancelReason: 'payment_failed' });
    expect(await life.rows('invoices', id)).toMatchObject([{ status: 'uncollectible' }]);
    expect(await life.rows('payment_attempts', id)).toHaveLength(5);
  });
});

it('a first payment that dunning pauses is made when the subscription is resumed, as its first', async () => {
  await life.setSettings({ dunning: { finalAction: 'pause', attemptCountMax: 2 } });
  const { id, customerId } = await life.subscribe({ token: 'tok_insufficient_funds', allowIncomplete: true });
  await life.live(2 * 24 * HOUR_MS);
  expect(await life.sub(id)).toMatchObject({ status: 'paused', periodStartAt: null });
  const good = await life.addMethod(customerId, 'tok_ok');
  await setDefaultMethod(life.context, life.call, { customerId, id: good });
  await resumeSubscription(life.context, life.call, id);
  await life.live(SECOND_MS);
  expect(await life.sub(id)).toMatchObject({ status: 'active', collection: 'normal' });
  expect((await life.rows('billing_runs', id)).map(({ kind, status }) => [kind, status])).toEqual([
    ['first', 'void'],
    ['first', 'settled'],
  ]);
});

describe('a trial', () => {
  it('charges nothing until it ends, needs no method to begin, and is charged on its last day', async () => {
    const { id, customerId, answer } = await life.subscribe({ token: null, trialPeriodDays: 14 });
    expect(answer).toMatchObject({ status: 201, body: { status: 'trialing', payment: null, end_date: '2026-02-14' } });
    expect(await life.rows('invoices', id)).toEqual([]);
    const methodId = await life.addMethod(customerId, 'tok_ok');
    await life.owner`update customers set default_payment_method_id = ${methodId} where id = ${customerId}`;
    await life.live(15 * 24 * HOUR_MS);
    expect(await life.sub(id)).toMatchObject({
      status: 'active',
      periodStartAt: Date.parse('2026-02-14T10:00:00.000Z'),
    });
    expect((await life.rows('billing_runs', id)).map(({ kind, status }) => [kind, status])).toEqual([
      ['trial', 'settled'],
      ['first', 'settled'],
    ]);
  });

  it('comes from the plan where the call names none', async () => {
    const planId = await life.makePlan({ trialDays: 7 });
    expect((await life.subscribe({ planId })).answer.body).toMatchObject({
      status: 'trialing',
      trial_end: '2026-02-07',
    });
    expect((await life.subscribe({ planId, trialPeriodDays: 0 })).answer.body).toMatchObject({ status: 'active' });
  });

  it('without a method at its end makes the subscription past due until one is there', async () => {
    const { id, customerId } = await life.subscribe({ token: null, trialPeriodDays: 1 });
    await life.live(25 * HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'past_due', nextKind: 'dunning_end' });
    expect(await life.rows('payments', id)).toMatchObject([{ lastError: 'no payment method', attemptsCount: 0 }]);
    const methodId = await life.addMethod(customerId, 'tok_ok');
    await setDefaultMethod(life.context, life.call, { customerId, id: methodId });
    await life.settle();
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });

  it('without a method until dunning ends is canceled, and its payment failed for good', async () => {
    const { id } = await life.subscribe({ token: null, trialPeriodDays: 1 });
    await life.live(17 * 24 * HOUR_MS);
    expect(await life.sub(id)).toMatchObject({ status: 'canceled', cancelReason: 'payment_failed' });
    expect(await life.topics(id)).toContain('payments.failed_permanent');
  });
});

describe('a start date ahead', () => {
  it('charges at the start of that day in the customer’s zone', async () => {
    const { id, answer } = await life.subscribe({ startDate: '2026-03-05', timezone: 'America/New_York' });
    expect(answer).toMatchObject({
      status: 201,
      body: { status: 'scheduled', payment: null, start_date: '2026-03-05' },
    });
    await life.liveTo('2026-03-05T04:59:59.999Z');
    expect((await life.sub(id)).status).toBe('scheduled');
    await life.liveTo('2026-03-05T05:00:00.000Z');
    const sub = await life.sub(id);
    expect([sub.status, iso(sub.periodStartAt), iso(sub.periodEndAt)]).toEqual([
      ...['active', '2026-03-05T05:00:00.000Z', '2026-04-05T04:00:00.000Z'],
    ]);
  });

  it('begins its trial there, and charges after it', async () => {
    const { id } = await life.subscribe({ startDate: '2026-02-10', trialPeriodDays: 5 });
    await life.liveTo('2026-02-10T00:00:00.000Z');
    expect(await life.sub(id)).toMatchObject({
      status: 'trialing',
      periodEndAt: Date.parse('2026-02-15T00:00:00.000Z'),
    });
    await life.liveTo('2026-02-15T00:00:00.000Z');
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  });

  it('of today is now; one in the past is refused', async () => {
    expect((await life.subscribe({ startDate: '2026-01-31' })).answer.body).toMatchObject({ status: 'active' });
    expect(await refusalOf(life.subscribe({ startDate: '2026-01-30' }).then(({ answer }) => answer))).toBe(
      'invalid_request',
    );
  });

  it('that cannot be charged then is past due, and dunning takes its course', async () => {
    const { id } = await life.subscribe({ startDate: '2026-02-10', token: 'tok_insufficient_funds' });
    await life.liveTo('2026-02-10T00:00:00.000Z');
    expect(await life.sub(id)).toMatchObject({ status: 'past_due', nextKind: 'collect' });
  });
});

describe('what is refused', () => {
  it.each([
    ['an archived plan', 'plan_archived'],
    ['an inactive customer', 'customer_inactive'],
    ['a customer without a method', 'payment_method_required'],
  ])('%s: %s', async (_what, code) => {
    const planId = await life.makePlan();
    const { customerId } = await life.makeCustomer(code === 'payment_method_required' ? { token: null } : {});
    if (code === 'plan_archived') await life.owner`update plans set status = 'archived' where id = ${planId}`;
    if (code === 'customer_inactive')
      await life.owner`update customers set status = 'inactive' where id = ${customerId}`;
    expect(await refusalOf(life.subscribe({ planId, customerId }).then(({ answer }) => answer))).toBe(code);
  });

  it('an unknown plan, customer and method, and another customer’s method', async () => {
    const { customerId } = await life.makeCustomer();
    const { methodId } = await life.makeCustomer();
    const tries = [
      { planId: newId('plan') },
      { customerId: newId('customer') },
      { customerId, paymentMethodId: newId('paymentMethod') },
      { customerId, paymentMethodId: methodId },
    ];
    for (const tried of tries)
      expect(await refusalOf(life.subscribe(tried).then(({ answer }) => answer))).toBe('not_found');
  });
});

it('a plan that costs nothing starts without a method, and its invoice is paid by itself', async () => {
  const planId = await life.makePlan({ amountMinor: 0 });
  const { id, answer } = await life.subscribe({ planId, token: null });
  expect(answer).toMatchObject({ status: 201, body: { status: 'active', payment: null } });
  await life.liveTo('2026-04-01T00:00:00.000Z');
  expect(
    (await life.rows('invoices', id)).map(({ number, status, totalMinor }) => [number, status, totalMinor]),
  ).toEqual([...[1, 2, 3].map((number) => [number, 'paid', 0])]);
  expect(await life.rows('payments', id)).toEqual([]);
});
