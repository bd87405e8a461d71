import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ChargeOutcome, EventPage, LookUpResult } from '../adapters/payments/port.ts';
import { ProviderError } from '../adapters/payments/provider-error.ts';
import { cancelSubscription } from '../billing/subscriptions/cancel-subscription.ts';
import { replayWebhook } from '../billing/webhooks/replay-webhook.ts';
import { openDatabase } from '../db/database.ts';
import { rowIdOf } from '../domain/workflow-ref.ts';
import { startCatchUp } from '../pipelines/webhooks/run-catch-up.ts';
import { createLogger } from '../runtime/logger.ts';
import { type BillingFixture, openBillingFixture } from './support/billing-fixture.ts';
import { driveSteps } from './support/drive-steps.ts';
import { expectInvariants } from './support/expect-invariants.ts';
import {
  type Charged,
  chargeOnce,
  finalStateOf,
  type Notified,
  openNotified,
  permutationsOf,
} from './support/notified-fixture.ts';
import { stackEnv } from './support/stack-env.ts';
import { addEndpoint } from './support/webhook-door.ts';

let fixture: BillingFixture;
beforeAll(async () => {
  fixture = await openBillingFixture({ ownerUrl: stackEnv().databaseUrl, appUrl: stackEnv().appDatabaseUrl });
});
afterAll(() => fixture.close());

type Webhook = Parameters<Notified['receive']>[0];

const rowOf = async (webhook: Webhook) => {
  const [row] = await fixture.owner`select * from inbox where tenant_id = ${fixture.tenantId}
    and provider_event_id = ${webhook.headers['webhook-id'] ?? ''}`;
  return row as { id: never; status: string; tries: number; error: string | null; processedAt: number | null };
};
const statusOf = async (id: string) =>
  (await fixture.owner`select status from subscriptions where id = ${id}`)[0]?.['status'];

describe('what only confirms', () => {
  it('is settled without asking the provider, and wakes nobody', async () => {
    const paid = await chargeOnce(fixture, 'tok_ok');
    const notified = await openNotified(fixture);
    const lookUp = vi.spyOn(fixture.provider, 'lookUp');
    const intents = fixture.intents.length;
    const webhooks = Array.from({ length: 20 }, () => notified.about(paid));
    const byChargeAlone = notified.about({ ...paid, attemptId: 'an order of the provider' });
    await Promise.all([...webhooks, byChargeAlone].map(notified.receive));
    await notified.carry();
    for (const webhook of [...webhooks, byChargeAlone])
      expect(await rowOf(webhook)).toMatchObject({ status: 'processed', tries: 1, error: null });
    expect(lookUp).not.toHaveBeenCalled();
    expect(fixture.intents).toHaveLength(intents);
    lookUp.mockRestore();
  });

  it('is nothing of ours where neither id is known: stored and ignored', async () => {
    const notified = await openNotified(fixture);
    const webhook = notified.about({ attemptId: 'order 17', chargeId: 'sch_of_another_shop' });
    await notified.receive(webhook);
    await notified.carry();
    expect(await rowOf(webhook)).toMatchObject({ status: 'ignored' });
  });
});

describe('what changes the course', () => {
  it('is found by the provider’s own id of the charge, and applied', async () => {
    const open = await chargeOnce(fixture, 'tok_requires_action');
    const notified = await openNotified(fixture);
    fixture.provider.decideAction(open.actionUrl, 'succeeded');
    await notified.receive(notified.about({ ...open, attemptId: 'not ours' }));
    await notified.carry();
    expect(await statusOf(open.id)).toBe('active');
  });

  it('comes late, after the end: the money is recorded and goes back', async () => {
    const open = await chargeOnce(fixture, 'tok_requires_action');
    const notified = await openNotified(fixture);
    await cancelSubscription(fixture.context, fixture.call, open.id, { reason: null, at: 'now' });
    expect(await statusOf(open.id)).toBe('canceled');
    fixture.provider.decideAction(open.actionUrl, 'succeeded');
    await notified.receive(notified.about(open));
    await notified.carry();
    expect(await finalStateOf(fixture, open)).toMatchObject({
      ...{ subscription: 'canceled', attempts: [[1, 'succeeded', null]] },
    });
    const refunds = () => fixture.owner`select id, status, reason from refunds where subscription_id = ${open.id}`;
    const [requested] = await refunds();
    await driveSteps(fixture.context, { tenantId: fixture.tenantId, carrierId: requested?.['id'], carries: 'refund' });
    const [refund] = await refunds();
    expect(refund).toMatchObject({ status: 'succeeded', reason: 'captured_after_end' });
    await expectInvariants(fixture, 60_000);
  });

  it('and cannot be asked about now, brings the attempt’s own look-up forward', async () => {
    const open = await chargeOnce(fixture, 'tok_requires_action');
    const notified = await openNotified(fixture);
    const lookUp = vi.spyOn(fixture.provider, 'lookUp').mockRejectedValue(new ProviderError('unknown', 'timeout'));
    await fixture.owner`update payment_attempts set resolve_at = now() + interval '1 day' where id = ${open.attemptId}`;
    const webhook = notified.about(open);
    await notified.receive(webhook);
    await notified.carry();
    lookUp.mockRestore();
    expect(await rowOf(webhook)).toMatchObject({ status: 'processed' });
    const [attempt] = await fixture.owner`select status from payment_attempts
      where id = ${open.attemptId} and resolve_at < now() + interval '6 seconds'`;
    expect(attempt).toEqual({ status: 'requires_action' });
    expect(fixture.intents.some((owed) => rowIdOf(owed) === open.id)).toBe(true);
  });
});

it('F28: a provider that does not answer holds up neither what is known nor what others ask', async () => {
  const open: Charged[] = [];
  for (let count = 0; count < 20; count += 1) open.push(await chargeOnce(fixture, 'tok_requires_action'));
  const paid = await chargeOnce(fixture, 'tok_ok');
  const notified = await openNotified(fixture);
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  let asked = 0;
  const { lookUp } = fixture.provider;
  fixture.provider.lookUp = async (request) => {
    asked += 1;
    await answered;
    return lookUp.call(fixture.provider, request);
  };
  for (const charged of open) await notified.receive(notified.about(charged));
  const slow = notified.carry();
  // Of sixteen lanes eight wait for the provider: the rest of its notifications have stepped aside.
  await vi.waitFor(() => expect(asked).toBe(8), { timeout: 10_000 });
  const webhook = notified.about(paid);
  await notified.receive(webhook);
  await notified.carry();
  expect(await rowOf(webhook)).toMatchObject({ status: 'processed', tries: 1 });
  expect(asked).toBe(8);
  answer();
  await slow;
  fixture.provider.lookUp = lookUp;
  expect(asked).toBe(open.length);
});

describe('F14', () => {
  const said = (outcome: ChargeOutcome): LookUpResult => ({
    ...{ kind: 'found', outcome, amountMinor: 1999, currency: 'USD' },
  });

  /** The provider's own answers come in this order, as if each notification had overtaken another. */
  async function play(charged: Charged, order: readonly ChargeOutcome[]): Promise<unknown> {
    const notified = await openNotified(fixture);
    const answers = [...order];
    const lookUp = vi.spyOn(fixture.provider, 'lookUp').mockImplementation(async () => {
      const outcome = answers.shift();
      if (outcome === undefined) throw new Error('asked more often than told');
      return said(outcome);
    });
    for (const [index] of order.entries()) {
      const webhook = notified.about(charged);
      await notified.receive(webhook);
      if (index % 2 === 0) await notified.receive(webhook);
      await notified.carry();
    }
    lookUp.mockRestore();
    return finalStateOf(fixture, charged);
  }

  it.each<[string, (of: Charged) => ChargeOutcome]>([
    ['succeeded', ({ chargeId: providerChargeId }) => ({ kind: 'succeeded', providerChargeId, message: 'paid' })],
    [
      'declined',
      ({ chargeId: providerChargeId }) => ({
        ...{ kind: 'declined', providerChargeId, declineKind: 'soft', code: 'insufficient_funds', message: 'no' },
      }),
    ],
  ])('ends in one state in every order of notifications about a charge that has %s', async (_, decided) => {
    const states: unknown[] = [];
    for (const order of permutationsOf(['pending', 'requires_action', 'decided', 'requires_action'] as const)) {
      const charged = await chargeOnce(fixture, 'tok_requires_action');
      const { chargeId: providerChargeId, actionUrl: url } = charged;
      const outcomes = order.map((kind): ChargeOutcome => {
        if (kind === 'decided') return decided(charged);
        return kind === 'pending' ? { kind, providerChargeId } : { kind, providerChargeId, url };
      });
      states.push(await play(charged, outcomes));
    }
    expect(states).toHaveLength(12);
    for (const state of states) expect(state).toEqual(states[0]);
  });
});

describe('F16', () => {
  it('a notification that fails for ever is dead with its error, those behind it go on, and a replay brings it back', async () => {
    const [poisoned, fine] = [await chargeOnce(fixture, 'tok_requires_action'), await chargeOnce(fixture, 'tok_ok')];
    const notified = await openNotified(fixture);
    const lookUp = vi
      .spyOn(fixture.provider, 'lookUp')
      .mockRejectedValue(new ProviderError('rejected', 'no_such_thing'));
    const [bad, sameKey, other] = [notified.about(poisoned), notified.about(poisoned), notified.about(fine)];
    for (const webhook of [bad, sameKey, other]) await notified.receive(webhook);
    await notified.carry();
    expect(await rowOf(bad)).toMatchObject({
      status: 'dead',
      tries: 3,
      error: expect.stringContaining('no_such_thing'),
    });
    expect(await rowOf(sameKey)).toMatchObject({ status: 'dead' });
    expect(await rowOf(other)).toMatchObject({ status: 'processed', tries: 1 });
    expect(notified.bus.messagesOf('webhooks.received.dlt')).toHaveLength(2);
    lookUp.mockRestore();

    fixture.provider.decideAction(poisoned.actionUrl, 'succeeded');
    const { id } = await rowOf(bad);
    expect((await replayWebhook(fixture.context, fixture.call, id)).status).toBe(202);
    await notified.carry();
    expect(await rowOf(bad)).toMatchObject({ status: 'processed', error: null });
    expect(await statusOf(poisoned.id)).toBe('active');
  });

  it('what a person has discarded is not applied any more', async () => {
    const open = await chargeOnce(fixture, 'tok_requires_action');
    const notified = await openNotified(fixture);
    fixture.provider.decideAction(open.actionUrl, 'succeeded');
    const webhook = notified.about(open);
    await notified.receive(webhook);
    await fixture.owner`update inbox set status = 'discarded' where id = ${(await rowOf(webhook)).id}`;
    await notified.carry();
    const later = notified.about(await chargeOnce(fixture, 'tok_ok'));
    await notified.receive(later);
    await notified.carry();
    expect(await rowOf(webhook)).toMatchObject({ status: 'discarded', processedAt: null });
    expect(await statusOf(open.id)).toBe('incomplete');
  });
});

describe('after an outage in which notifications were lost', () => {
  it('the provider’s own list brings them, once each, and all effects arrive', async () => {
    const own = await openBillingFixture({ ownerUrl: stackEnv().databaseUrl, appUrl: stackEnv().appDatabaseUrl });
    onTestFinished(() => own.close());
    const { provider, context, owner, tenantId } = own;
    const notified = await openNotified(own);
    const { id: endpoint } = await addEndpoint(owner, tenantId, { provider: 'sandbox' });
    const charges: Charged[] = [];
    for (let count = 0; count < 5; count += 1) charges.push(await chargeOnce(own, 'tok_requires_action'));
    for (const { actionUrl } of charges) provider.decideAction(actionUrl, 'succeeded');
    const lost = charges.map((charged) => notified.about(charged));
    const pages = [lost.slice(0, 3), lost.slice(3)];
    const since: Date[] = [];
    Object.assign(provider, {
      capabilities: { ...provider.capabilities, listEvents: true },
      async listEvents(request: { since: Date; cursor?: string }): Promise<EventPage> {
        since.push(request.since);
        const page = Number(request.cursor ?? '0');
        const events = (pages[page] ?? []).map(async ({ headers, rawBody }) => ({
          event: await provider.parseWebhook({
            headers,
            rawBody,
            secret: provider.webhooks.secret,
            settings: {},
            now: new Date(),
          }),
          rawBody,
        }));
        return { events: await Promise.all(events), nextCursor: page === 0 ? '1' : null };
      },
    });
    const leader = openDatabase(stackEnv().systemDatabaseUrl, { max: 1, name: 'test-leader' });
    const logger = createLogger('test', { level: 'silent' });
    const catchUp = startCatchUp({
      context,
      providers: ['sandbox'],
      leader,
      logger,
      intervalMs: 100,
      roundDelayMs: 20,
    });
    await vi.waitFor(() => expect(since.length).toBeGreaterThanOrEqual(4), { timeout: 15_000 });
    await catchUp.stop();
    await leader.end();
    await notified.carry();
    const rows = await owner`select status from inbox where tenant_id = ${tenantId} and endpoint = ${endpoint}`;
    expect(rows.map(({ status }) => status as string)).toEqual(lost.map(() => 'processed'));
    for (const { id } of charges) expect(await statusOf(id)).toBe('active');
    const [row] = await owner`select caught_up_at from webhook_endpoints where id = ${endpoint}`;
    expect(row?.['caughtUpAt']).toBeGreaterThan(Date.now() - 60_000);
    await expectInvariants(own, 60_000);
  });
});
