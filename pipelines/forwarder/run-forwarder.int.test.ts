import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { createMemoryEventBus } from '../../adapters/events/memory/memory-event-bus.ts';
import type { SignedWebhook } from '../../adapters/payments/fake-webhooks.ts';
import { createSubscription } from '../../billing/subscriptions/create-subscription.ts';
import { newId } from '../../db/new-id.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { rowIdOf } from '../../domain/workflow-ref.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type BillingFixture, openBillingFixture } from '../../tests/support/billing-fixture.ts';
import { seedSubscriptions } from '../../tests/support/seed-subscriptions.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { openTestDoor } from '../../tests/support/webhook-door.ts';
import { runForwarder } from './run-forwarder.ts';

const logger = createLogger('test', { level: 'silent' });
const within = { timeout: 10_000, interval: 20 };

let fixture: BillingFixture;
beforeAll(async () => {
  fixture = await openBillingFixture({ ownerUrl: stackEnv().databaseUrl, appUrl: stackEnv().appDatabaseUrl });
});
afterAll(() => fixture.close());

async function start() {
  const bus = createMemoryEventBus();
  const { context } = fixture;
  const forwarder = runForwarder({ bus, context, logger, concurrency: 4, triesMax: 3, retryDelayMs: 10 });
  onTestFinished(() => forwarder.stop());
  await vi.waitFor(() => expect(forwarder.isConsuming()).toBe(true), within);
  return { bus, forwarder };
}

function renewRequired(of: { tenantId: string; id: SubscriptionId }, origin = 'reconciler', id = newId('event')) {
  const topic = 'subscriptions.renew_required';
  const envelope = {
    ...{ id, type: topic, version: 1, tenant_id: of.tenantId, subscription_id: of.id, sequence: null },
    ...{ occurred_at: new Date().toISOString(), origin },
    data: { due_at: new Date().toISOString(), kind: 'renew' },
  };
  return { topic, key: of.id, value: JSON.stringify(envelope) };
}

const wakesOf = (id: SubscriptionId) =>
  fixture.owner`select kind from intents where subscription_id = ${id} and kind = 'wake'`;

it('owes a wake to a subscription that is still overdue, once per event, and sends it at once', async () => {
  const [overdue, movedOn, parked] = await seedSubscriptions(fixture.owner, [
    { wakeAt: Date.now() - 600_000 },
    { wakeAt: Date.now() + 600_000 },
    { wakeAt: Date.now() - 600_000, parkedAt: Date.now() },
  ]);
  const { bus } = await start();
  const event = renewRequired(overdue);
  await bus.publish([event, event, renewRequired(movedOn), renewRequired(parked)]);
  const isProcessed = async (tenantId: string) => {
    const rows = await fixture.owner`select event_id from processed_events where tenant_id = ${tenantId}`;
    expect(rows).toHaveLength(3);
  };
  await vi.waitFor(() => isProcessed(overdue.tenantId), within);
  expect(await wakesOf(overdue.id)).toHaveLength(1);
  expect(await wakesOf(movedOn.id)).toHaveLength(0);
  expect(await wakesOf(parked.id)).toHaveLength(0);
  const sent = fixture.intents.filter((intent) => rowIdOf(intent) === overdue.id);
  expect(sent).toMatchObject([{ kind: 'wake', tenantId: overdue.tenantId }]);
});

it('ignores what the workflow itself has published', async () => {
  const [own, other] = await seedSubscriptions(fixture.owner, [
    { wakeAt: Date.now() - 600_000 },
    { wakeAt: Date.now() - 600_000 },
  ]);
  const { bus } = await start();
  await bus.publish([renewRequired(own, 'workflow'), renewRequired(other)]);
  await vi.waitFor(async () => expect(await wakesOf(other.id)).toHaveLength(1), within);
  expect(await wakesOf(own.id)).toHaveLength(0);
});

it('F16: dead-letters what cannot be read and what fails for ever, and moves on', async () => {
  const [overdue] = await seedSubscriptions(fixture.owner, [{ wakeAt: Date.now() - 600_000 }]);
  const { bus } = await start();
  const topic = 'subscriptions.renew_required';
  const unknownTenant = renewRequired({ tenantId: newId('tenant'), id: overdue.id });
  await bus.publish([{ topic, key: overdue.id, value: '{"id":' }, unknownTenant, renewRequired(overdue)]);
  await vi.waitFor(async () => expect(await wakesOf(overdue.id)).toHaveLength(1), within);
  const letters = bus.messagesOf(`${topic}.dlt`);
  expect(letters.map(({ headers }) => headers['dead-letter-reason'])).toEqual([
    'UnreadableEvent: not JSON',
    expect.stringContaining('processed_events'),
  ]);
});

async function createWithToken(token: string) {
  const planId = await fixture.makePlan();
  const { customerId } = await fixture.makeCustomer({ token });
  const answer = await createSubscription(fixture.context, fixture.call, {
    ...{ customerId, planId, paymentMethodId: null, startDate: null, trialPeriodDays: null, quantity: 1 },
    ...{ metadata: {}, allowIncomplete: false, groupId: null },
  });
  const id = (answer.body as { subscription_id: SubscriptionId }).subscription_id;
  const [attempt] = await fixture.owner`select id, action_url from payment_attempts where subscription_id = ${id}`;
  return { id, attempt: attempt as { id: string; actionUrl: string } };
}

async function receive({ headers, rawBody }: { headers: Record<string, string>; rawBody: Uint8Array }) {
  const { app, provider, owner, tenantId } = fixture;
  const door = openTestDoor({ app, providers: [provider] });
  expect((await door({ provider: 'sandbox', endpoint: null, headers, rawBody })).status).toBe(200);
  const [row] = await owner`select * from inbox where tenant_id = ${tenantId}
    and provider_event_id = ${headers['webhook-id'] ?? ''}`;
  return row as { id: string; provider: string; endpoint: string; providerEventId: string; attemptId: string };
}

function received(row: Awaited<ReturnType<typeof receive>>, key: string) {
  const envelope = {
    ...{ id: row.id, type: 'webhooks.received', version: 1, tenant_id: fixture.tenantId, subscription_id: null },
    ...{ sequence: null, occurred_at: new Date().toISOString(), origin: 'webhook' },
    data: {
      ...{ inbox_id: row.id, provider: row.provider, endpoint: row.endpoint },
      ...{ provider_event_id: row.providerEventId, attempt_id: row.attemptId },
    },
  };
  return { topic: 'webhooks.received', key, value: JSON.stringify(envelope) };
}

it('applies a provider’s notification once, however often it comes, and marks it processed', async () => {
  const { id, attempt } = await createWithToken('tok_requires_action');
  const { webhooks } = fixture.provider;
  fixture.provider.decideAction(attempt.actionUrl, 'succeeded');
  const decided = webhooks.sent.findLast(({ attemptId }) => attemptId === attempt.id);
  webhooks.add(attempt.id, JSON.parse(Buffer.from(decided?.rawBody ?? []).toString()) as object);
  const [row, later] = [await receive(decided as SignedWebhook), await receive(webhooks.sent.at(-1) as SignedWebhook)];
  const { bus } = await start();
  // The later notification has the same key, so it is handled once all copies of the first one are.
  await bus.publish([...Array.from({ length: 10 }, () => received(row, attempt.id)), received(later, attempt.id)]);
  await vi.waitFor(async () => {
    const rows = await fixture.owner`select processed_at from inbox where id in ${fixture.owner([row.id, later.id])}`;
    expect(rows.map(({ processedAt }) => processedAt !== null)).toEqual([true, true]);
  }, within);
  expect(bus.messagesOf('webhooks.received.dlt')).toEqual([]);
  const [sub] = await fixture.owner`select status from subscriptions where id = ${id}`;
  expect(sub?.['status']).toBe('active');
  const completed = await fixture.owner`
    select 1 from outbox where subscription_id = ${id} and topic in ('payments.completed', 'invoices.paid')`;
  expect(completed).toHaveLength(2);
});
