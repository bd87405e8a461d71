import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../contracts/answer.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS, SECOND_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife, refusalOf } from '../../tests/support/billing-life.ts';
import { expectInvariants } from '../../tests/support/expect-invariants.ts';
import { archivePlan } from '../catalog/archive-plan.ts';
import { cancelSubscription } from './cancel-subscription.ts';
import { createSubscription } from './create-subscription.ts';

closePoolsAfterAll();

let life: BillingLife;
beforeEach(async () => {
  life = await openLife();
});
afterEach(() => expectInvariants(life));

async function ready(plan: Parameters<BillingLife['makePlan']>[0] = {}, token = 'tok_ok') {
  const planId = await life.makePlan(plan);
  const { customerId } = await life.makeCustomer({ token });
  const create = (key: string | null, hash?: string, of = customerId): Promise<Answer> =>
    createSubscription(life.context, key === null ? life.call : life.callWith(key, hash), {
      ...{ planId, customerId: of, paymentMethodId: null, startDate: null, trialPeriodDays: null, quantity: 1 },
      ...{ metadata: {}, allowIncomplete: false, groupId: null },
    });
  return { planId, customerId, create };
}

async function subscriptions(): Promise<string[]> {
  const rows = await life.owner<
    { status: string }[]
  >`select status from subscriptions where tenant_id = ${life.tenantId}`;
  return rows.map(({ status }) => status);
}

async function charges(): Promise<number> {
  return (await life.provider.listCharges({ tenantId: life.tenantId, limit: 100 })).charges.length;
}

describe('one idempotency key', () => {
  it('F22: used 50 times at once makes one subscription and one charge', async () => {
    const { create } = await ready();
    const answers = await Promise.allSettled(Array.from({ length: 50 }, () => create('same')));
    const created = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const codes = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []));
    expect(created.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(created.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(new Set(codes)).toEqual(codes.length > 0 ? new Set(['idempotency_key_in_use']) : new Set());
    expect([await subscriptions(), await charges()]).toEqual([['active'], 1]);
  });

  it('replays the first answer, byte for byte, and says so', async () => {
    const { create } = await ready();
    const first = await create('same');
    await life.live(DAY_MS);
    const again = await create('same');
    expect(again).toEqual({ ...first, replayed: true });
    expect(JSON.stringify(again.body)).toBe(JSON.stringify(first.body));
    expect(await subscriptions()).toHaveLength(1);
  });

  it('replays a decline, and charges once', async () => {
    const { create } = await ready({}, 'tok_insufficient_funds');
    const first = await create('same');
    expect(await create('same')).toEqual({ ...first, status: 402, replayed: true });
    expect(await charges()).toBe(1);
  });

  it('replays a refusal although its reason has passed', async () => {
    const { create, customerId } = await ready();
    await life.owner`update customers set status = 'inactive' where id = ${customerId}`;
    const refused = await create('same');
    expect(refused).toMatchObject({ status: 409, body: { code: 'customer_inactive' } });
    await life.owner`update customers set status = 'active' where id = ${customerId}`;
    expect(await create('same')).toEqual({ ...refused, replayed: true });
    expect(await subscriptions()).toEqual([]);
  });

  it('with another request is refused, and belongs to its tenant alone', async () => {
    const { create } = await ready();
    await create('same');
    expect(await refusalOf(create('same', 'another request'))).toBe('idempotency_key_reused');
    const elsewhere = await openLife();
    expect((await elsewhere.subscribe({ key: 'same' })).answer).toMatchObject({ status: 201 });
  });

  it('is in use while its first call is at the provider, and is free again after seven days', async () => {
    const { create } = await ready({}, 'tok_slow');
    const first = create('same');
    await expect.poll(() => subscriptions(), { interval: 10 }).toEqual(['incomplete']);
    expect(await refusalOf(create('same'))).toBe('idempotency_key_in_use');
    expect((await first).status).toBe(201);
    life.skip(8 * DAY_MS);
    expect(await create('same')).toMatchObject({ status: 201 });
    expect(await subscriptions()).toEqual(['active', 'active']);
  });

  it('answers the state as it is while the outcome is open, and the outcome once the workflow has found it', async () => {
    const { create } = await ready({}, 'tok_timeout_after_charge');
    expect(await create('same')).toMatchObject({ status: 202, body: { status: 'incomplete' } });
    expect(await create('same')).toMatchObject({ status: 202, body: { status: 'incomplete' }, replayed: true });
    await life.live(5 * SECOND_MS);
    const settled = await create('same');
    expect(settled).toMatchObject({ status: 201, body: { status: 'active' }, replayed: true });
    await life.live(6 * DAY_MS);
    expect(await create('same')).toEqual(settled);
  });

  it('answers for a process that died after its charge as soon as its lease is over', async () => {
    const { create } = await ready();
    const { charge } = life.provider;
    const now = life.now();
    life.provider.charge = async (request) => {
      await charge.call(life.provider, request);
      life.context.database = { sql: life.app, clock: () => Promise.reject(new Error('killed')) };
      return { kind: 'succeeded', providerChargeId: 'never seen', message: '' };
    };
    await expect(create('same')).rejects.toThrow('killed');
    Object.assign(life.context.database, { clock: life.now });
    life.provider.charge = charge.bind(life.provider);
    expect(await refusalOf(create('same'))).toBe('idempotency_key_in_use');
    await life.liveTo(now + 40 * SECOND_MS);
    expect(await create('same')).toMatchObject({ status: 201, body: { status: 'active' }, replayed: true });
    expect(await charges()).toBe(1);
  });
});

describe('at once', () => {
  it('two creates in one plan group make one subscription', async () => {
    const { create } = await ready({ group: 'tier' });
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => create(null)));
    const codes = answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : answer.value.status));
    expect(codes.filter((code) => code === 201)).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set([201, 'subscription_conflict']));
    expect([await subscriptions(), await charges()]).toEqual([['active'], 1]);
  });

  it('the conflict in a plan group is stored under the key like any refusal', async () => {
    const { create } = await ready({ group: 'tier' });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((key) => create(key)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409]);
    const refused = ['a', 'b', 'c', 'd'].find((_key, index) => answers[index]?.status === 409) ?? '';
    expect(await create(refused)).toMatchObject({ body: { code: 'subscription_conflict' }, replayed: true });
  });

  it('more creates than a plan takes fill it to its limit and no further', async () => {
    const { planId, create } = await ready();
    await life.owner`update plans set max_subscriptions = 3 where id = ${planId}`;
    const customers = await Promise.all(Array.from({ length: 8 }, () => life.makeCustomer()));
    const answers = await Promise.allSettled(customers.map(({ customerId }) => create(null, undefined, customerId)));
    const codes = answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : answer.value.status));
    expect(codes.filter((code) => code === 201)).toHaveLength(3);
    expect(codes.filter((code) => code === 'plan_limit_reached')).toHaveLength(5);
  });

  it('one customer takes no more of a plan than it may; an ended one makes room', async () => {
    const { planId, create } = await ready();
    await life.owner`update plans set max_per_customer = 2 where id = ${planId}`;
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => create(null)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const { customerId } = await life.makeCustomer();
    expect((await create(null, undefined, customerId)).status).toBe(201);
    const [first] = await life.owner<{ id: SubscriptionId }[]>`
      select id from subscriptions where tenant_id = ${life.tenantId} and customer_id <> ${customerId} limit 1`;
    await cancelSubscription(life.context, life.call, first?.id as SubscriptionId, { reason: null, at: 'now' });
    expect((await create(null)).status).toBe(201);
  });

  it('a plan archived before the create is gone for it', async () => {
    const { planId, create } = await ready();
    await archivePlan(life.context, life.call, planId);
    expect(await refusalOf(create(null))).toBe('plan_archived');
  });
});
