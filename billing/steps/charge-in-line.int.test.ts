import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryRateLimiter } from '../../adapters/limits/memory-rate-limiter.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { type BillingLife, closePoolsAfterAll, openLife } from '../../tests/support/billing-life.ts';
import { createProviderGates, type ProviderLimits } from '../attempts/provider-gates.ts';
import { takeStep } from './take-step.ts';

closePoolsAfterAll();

let life: BillingLife;
let id: SubscriptionId;

async function openAtBoundary(options: { token?: string; limits?: Partial<ProviderLimits> } = {}): Promise<void> {
  life = await openLife();
  const { token = 'tok_ok', limits = {} } = options;
  ({ id } = await life.subscribe({ token }));
  life.context.gates = createProviderGates({
    limitsOf: () => ({ perSecond: 100, waiting: 10, inLine: 10, ...limits }),
    rates: createMemoryRateLimiter(),
  });
  life.skip(31 * DAY_MS);
}

const step = () => takeStep(life.context, { tenantId: life.tenantId, subscriptionId: id }, { chargesInLine: true });
const attempts = async () =>
  (await life.rows('payment_attempts', id)).map(({ status, number }) => `${number} ${status}`);
const charges = async () => (await life.provider.listCharges({ tenantId: life.tenantId, limit: 100 })).charges;

describe('a renewal whose provider is quick', () => {
  beforeEach(() => openAtBoundary());

  it('is paid within its step, which says what it charged', async () => {
    const next = await step();
    expect(next.kind).toBe('sleep');
    expect(next.summary).toMatch(/^Renewal 1 · 19\.99 USD · due 2026-03-03: succeeded · /);
    expect(await attempts()).toEqual(['1 succeeded', '1 succeeded']);
    expect((await life.sub(id)).status).toBe('active');
    expect(await charges()).toHaveLength(2);
  });

  it('is left to the provider’s queue where the step was not told to charge, and where nobody has set limits', async () => {
    expect(await takeStep(life.context, { tenantId: life.tenantId, subscriptionId: id })).toMatchObject({
      kind: 'call',
    });
    delete life.context.gates;
    expect(await step()).toMatchObject({ kind: 'call', activity: 'chargeAttempt', provider: 'sandbox' });
    expect(await charges()).toHaveLength(1);
  });

  it('is left to it, too, while the provider fails or is slow', async () => {
    life.context.gates?.observe('sandbox', { elapsedMs: 5, failed: true });
    expect(await step()).toMatchObject({ kind: 'call' });
    life.context.gates?.observe('sandbox', { elapsedMs: 30_000, failed: false });
    expect(await step()).toMatchObject({ kind: 'call' });
    expect(await attempts()).toEqual(['1 succeeded', '1 created']);
  });

  it('is left to it when it has been tried before', async () => {
    life.provider.script({ tenantId: life.tenantId, next: ['unreachable'] });
    expect(await step()).toMatchObject({ kind: 'sleep' });
    expect(await attempts()).toEqual(['1 succeeded', '1 not_sent']);
    life.context.gates?.observe('sandbox', { elapsedMs: 5, failed: false });
    life.skip(60_000);
    expect(await step()).toMatchObject({ kind: 'call', activity: 'chargeAttempt' });
  });

  it('is not charged again by a second step while the first one’s call is under way, nor after it', async () => {
    const { charge } = life.provider;
    const during: unknown[] = [];
    life.provider.charge = async (request) => {
      during.push(await step(), await life.drive(id));
      return charge.call(life.provider, request);
    };
    await step();
    expect(during).toMatchObject([{ kind: 'sleep' }, { kind: 'sleep' }]);
    expect(await charges()).toHaveLength(2);
    expect(await attempts()).toEqual(['1 succeeded', '1 succeeded']);
  });

  it('is found out when the process dies with the call under way', async () => {
    const { charge } = life.provider;
    let death: (() => void) | undefined;
    life.provider.charge = async (request) => {
      await charge.call(life.provider, request);
      death?.();
      return new Promise(() => undefined);
    };
    const died = new Promise<void>((resolve) => {
      death = resolve;
    });
    void step();
    await died;
    life.provider.charge = charge;
    expect(await attempts()).toEqual(['1 succeeded', '1 sent']);
    await life.live(60_000);
    expect(await attempts()).toEqual(['1 succeeded', '1 succeeded']);
    expect(await charges()).toHaveLength(2);
  });
});

it('an outcome that is not known is looked up by its date', async () => {
  await openAtBoundary();
  life.provider.script({ tenantId: life.tenantId, next: ['timeout_after'] });
  expect(await step()).toMatchObject({ kind: 'sleep', sleepMs: 3_000 });
  expect(await attempts()).toEqual(['1 succeeded', '1 unknown']);
  await life.live(5_000);
  expect(await attempts()).toEqual(['1 succeeded', '1 succeeded']);
  expect(await charges()).toHaveLength(2);
});

it('a decline is followed by the ladder', async () => {
  await openAtBoundary({ token: 'tok_decline_after_1' });
  expect((await step()).summary).toContain('declined');
  expect((await life.sub(id)).status).toBe('past_due');
  expect(await attempts()).toEqual(['1 succeeded', '1 declined']);
});

it('a charge over the provider’s rate is not lost: it is sent a little later', async () => {
  await openAtBoundary({ limits: { perSecond: 1 } });
  await life.context.gates?.take('sandbox');
  expect(await step()).toMatchObject({ kind: 'sleep' });
  expect(await attempts()).toEqual(['1 succeeded', '1 not_sent']);
  delete life.context.gates;
  await life.live(5_000);
  expect(await attempts()).toEqual(['1 succeeded', '1 succeeded']);
});

describe('a caller who finds no place at the provider', () => {
  it('is told 202 before anything is sent, and the workflow makes the first charge', async () => {
    await openAtBoundary({ limits: { waiting: 0 } });
    const { answer, id: created } = await life.subscribe({ key: 'full' });
    expect(answer).toMatchObject({ status: 202, body: { status: 'incomplete' } });
    expect(await life.rows('payment_attempts', created)).toMatchObject([{ status: 'created', sendCount: 0 }]);
    await life.settle();
    expect(await life.rows('payment_attempts', created)).toMatchObject([{ status: 'succeeded', sendCount: 1 }]);
    expect((await life.sub(created)).status).toBe('active');
  });

  it('leaves its place when the provider has answered', async () => {
    await openAtBoundary({ limits: { waiting: 1 } });
    const answers = await Promise.all([life.subscribe(), life.subscribe(), life.subscribe()]);
    expect(answers.map(({ answer }) => answer.status)).toContain(201);
    expect((await life.subscribe()).answer.status).toBe(201);
  });
});
