import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { workflowIdOf } from '../adapters/engine/temporal/temporal-engine.ts';
import { collectEvents } from './support/collect-events.ts';
import { startWatchedPlatform, type WatchedPlatform } from './support/watched-platform.ts';

let platform: WatchedPlatform;

beforeAll(async () => {
  platform = await startWatchedPlatform(['relay']);
});

afterAll(() => platform?.stop());

type List<Row> = { data: Row[]; has_more: boolean };
type Invoice = { number: number; status: string; total: number; amount_paid: number; period_start: string };
type Created = { subscription_id: string; status: string; payment: { status: string; amount: number } };

it('lives through a year by itself: charged once, asleep in the engine, then renewed twelve times in order', async () => {
  const { owner, client, addresses } = platform;
  const tenant = await platform.makeTenant();
  const { rest, tenantId } = tenant;
  const events = await collectEvents(addresses.kafkaBrokers, tenantId);
  const planId = await tenant.makePlan({ name: 'Basic', amount: 1999 });
  const customerId = await tenant.makeCustomer();

  const created = await rest.post<Created>('/subscriptions', { customer_id: customerId, plan_id: planId });
  expect(created).toMatchObject({ status: 'active', payment: { status: 'completed', amount: 1999 } });
  const id = created.subscription_id;
  const workflow = client.workflow.getHandle(workflowIdOf({ tenantId, subscriptionId: id }));
  const asleep = await vi.waitFor(() => workflow.describe(), { timeout: 20_000, interval: 200 });
  expect(asleep.status.name).toBe('RUNNING');
  expect(asleep.memo).toEqual({
    state: 'active · Basic × 1 · 19.99 USD',
    nextAction: expect.stringMatching(/^Renew 19\.99 USD on \d{4}-\d{2}-\d{2}$/),
    lastResult: 'Paid 19.99 USD',
  });
  expect(asleep.searchAttributes).toMatchObject({
    TenantId: [tenantId],
    CustomerId: [customerId],
    PlanId: [planId],
    SubscriptionStatus: ['active'],
  });
  // Asleep behind the server's delay: nothing has run yet.
  expect(asleep.historyLength).toBeLessThanOrEqual(2);

  const path = `/v1/subscriptions/${id}/test-clock`;
  const begun = await rest.get<{ now: string }>(path);
  const to = new Date(begun.now);
  to.setUTCFullYear(to.getUTCFullYear() + 1, to.getUTCMonth(), to.getUTCDate() + 1);
  await rest.post(`${path}/advance`, { to: to.toISOString() });
  await tenant.waitForQuiet(60_000);
  expect(await rest.get(path)).toMatchObject({ now: to.toISOString(), advancing: false });

  const invoices = await rest.get<List<Invoice>>(`/v1/invoices?subscription_id=${id}&limit=100`);
  const inOrder = invoices.data.toReversed();
  expect(inOrder.map(({ number }) => number)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
  expect(new Set(inOrder.map(({ status, total, amount_paid: paid }) => `${status} ${total} ${paid}`))).toEqual(
    new Set(['paid 1999 1999']),
  );
  expect(inOrder.map(({ period_start: at }) => at)).toEqual(inOrder.map(({ period_start: at }) => at).toSorted());

  const ledger = await owner`
    select account, sum(amount_minor)::int as amount, count(*)::int from ledger_entries
    where tenant_id = ${tenantId} group by 1 order by 1`;
  expect(ledger.map((row) => ({ ...row }))).toEqual([
    { account: 'provider_clearing', amount: 13 * 1999, count: 13 },
    { account: 'receivable', amount: 0, count: 26 },
    { account: 'revenue', amount: -13 * 1999, count: 13 },
  ]);

  const stored = await rest.get<List<{ id: string; sequence: number; type: string }>>(`/v1/subscriptions/${id}/events`);
  expect(stored.data.length).toBeGreaterThan(0);
  const sequenced = () => events.distinct().filter(({ sequence }) => sequence !== null);
  const [count] = await owner`select sequence from subscriptions where tenant_id = ${tenantId} and id = ${id}`;
  await vi.waitFor(() => expect(sequenced()).toHaveLength(count?.['sequence']), { timeout: 30_000, interval: 200 });
  const published = sequenced();
  expect(new Set(published.map(({ sequence }) => sequence)).size).toBe(published.length);
  const renewed = published.filter(({ type }) => type === 'subscriptions.renewed');
  expect(renewed).toHaveLength(12);
  // Within a topic a subscription's events come in their order.
  for (const ofTopic of Map.groupBy(published, ({ type }) => type).values()) {
    const sequences = ofTopic.map(({ sequence }) => sequence ?? 0);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  }
  await events.stop();

  await vi.waitFor(async () => expect((await platform.checkInvariants(tenant, 0)).violations).toEqual([]), {
    timeout: 30_000,
    interval: 1_000,
  });
});

it('delivers every event although the relay dies between acknowledgement and mark: repeated, never lost, in order', async () => {
  const { owner, addresses } = platform;
  const tenant = await platform.makeTenant();
  const events = await collectEvents(addresses.kafkaBrokers, tenant.tenantId);
  const planId = await tenant.makePlan();
  const customerId = await tenant.makeCustomer();
  const request = { customer_id: customerId, plan_id: planId };
  const relay = platform.role('relay');
  for (let kill = 0; kill < 2; kill += 1) {
    const held = platform.postgres('relay').holdBefore(({ text }) => /update outbox\s+set published_at/.test(text));
    await Promise.all(Array.from({ length: 10 }, () => tenant.rest.post('/v1/subscriptions', request)));
    await held.hit;
    await platform.kill(relay);
    held.release();
    await relay.restart();
  }
  await tenant.waitForQuiet(60_000);

  const rows = await owner<{ id: string }[]>`select id from outbox where tenant_id = ${tenant.tenantId} order by id`;
  const arrived = () => events.distinct().map(({ id }) => id);
  await vi.waitFor(() => expect(arrived().toSorted()).toEqual(rows.map(({ id }) => id)), {
    timeout: 30_000,
    interval: 200,
  });
  // What a relay had published before it died comes once more, and may still be on its way.
  await vi.waitFor(() => expect(events.deliveries.length).toBeGreaterThan(rows.length), {
    timeout: 30_000,
    interval: 200,
  });
  const perStream = Map.groupBy(events.distinct(), ({ type, subscription_id: id }) => `${type} ${id}`);
  for (const stream of perStream.values()) {
    const sequences = stream.map(({ sequence }) => sequence ?? 0);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  }
  await events.stop();
  expect((await platform.checkInvariants(tenant)).violations).toEqual([]);
});
