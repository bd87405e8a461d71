import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { workflowIdOf } from '../adapters/engine/temporal/temporal-engine.ts';
import { ensureTemporalNamespace } from '../stack/components/temporal.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import type { PlatformTenant } from './support/platform-tenant.ts';
import type { RestAnswer } from './support/rest-client.ts';
import { runCommand } from './support/run-command.ts';

let platform: TestPlatform;
let tenant: PlatformTenant;
let planId: string;
let customerId: string;

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(() => platform?.stop());

beforeEach(async () => {
  tenant = await platform.makeTenant();
  planId = await tenant.makePlan();
  customerId = await tenant.makeCustomer();
});

type Subscription = { subscription_id: string; status: string };

async function createMany(count: number): Promise<RestAnswer<Subscription>[]> {
  const request = { customer_id: customerId, plan_id: planId };
  const answers: RestAnswer<Subscription>[] = [];
  const createNext = async (): Promise<void> => {
    while (answers.length < count) answers.push(await tenant.rest.send('POST', '/v1/subscriptions', request));
  };
  await createNext();
  return answers;
}

function idsOf(answers: readonly RestAnswer<Subscription>[]): string[] {
  return answers.map(({ body }) => body.subscription_id);
}

async function cancelAll(ids: readonly string[]): Promise<(string | number)[]> {
  const outcomes = new Set<string | number>();
  for (const id of ids) {
    const { status, body } = await tenant.rest.send('DELETE', `/v1/subscriptions/${id}`);
    outcomes.add(status).add(String(body['status']));
  }
  return [...outcomes];
}

/** Everything has arrived everywhere: no tolerance for what is in flight. */
async function expectWhole(): Promise<void> {
  await tenant.waitForQuiet(90_000);
  await vi.waitFor(async () => expect((await platform.checkInvariants(tenant, 0)).violations).toEqual([]), {
    timeout: 60_000,
    interval: 1_000,
  });
}

async function renewAll(ids: readonly string[]): Promise<void> {
  const to = new Date(Date.now() + 32 * 86_400_000).toISOString();
  await Promise.all(ids.map((id) => tenant.rest.post(`/v1/subscriptions/${id}/test-clock/advance`, { to })));
  await tenant.waitForQuiet(90_000);
  const [row] = await platform.owner`
    select count(*)::int as settled from billing_runs
    where tenant_id = ${tenant.tenantId} and kind = 'renewal' and status = 'settled' and subscription_id = any(${[...ids]})`;
  expect(row?.['settled']).toBe(ids.length);
}

it('answers creates and cancels while the engine is dead, and finishes everything once it is back', async () => {
  const before = idsOf(await createMany(10));
  await tenant.waitForQuiet(60_000);
  await platform.kill(platform.temporal);

  const created = await createMany(20);
  expect(new Set(created.map(({ status, body }) => `${status} ${body.status}`))).toEqual(new Set(['201 active']));
  expect(await cancelAll(before.slice(0, 5))).toEqual([200, 'canceled']);
  expect(await cancelAll(idsOf(created).slice(0, 5))).toEqual([200, 'canceled']);
  const paused = before[5] ?? '';
  expect((await tenant.rest.send('POST', `/v1/subscriptions/${paused}/pause`, {})).status).toBe(200);
  const [owed] = await platform.owner`select count(*)::int from intents where tenant_id = ${tenant.tenantId}`;
  expect(owed?.['count']).toBeGreaterThanOrEqual(20);

  // Neither a new API process nor a new worker waits for the engine to serve or to come up.
  await platform.kill(platform.role('api'));
  await platform.role('api').restart();
  expect((await createMany(1))[0]?.status).toBe(201);

  await platform.temporal.restart();
  await expectWhole();
  await renewAll([...before.slice(6), ...idsOf(created).slice(5)]);
  await expectWhole();
}, 300_000);

it('rebuilds every workflow from PostgreSQL after the store of the engine is lost', async () => {
  const ids = idsOf(await createMany(30));
  await cancelAll(ids.slice(0, 10));
  await tenant.waitForQuiet(60_000);
  const { addresses, client, temporal, dataDir, owner } = platform;
  await platform.kill(temporal);
  for (const file of readdirSync(join(dataDir, 'temporal'))) rmSync(join(dataDir, 'temporal', file));
  await temporal.restart();
  await ensureTemporalNamespace(addresses.temporalAddress);
  const countOpen = async () => (await client.workflow.count("WorkflowType = 'subscription'")).count;
  await vi.waitFor(async () => expect(await countOpen()).toBe(0), { timeout: 20_000, interval: 500 });

  const environment = {
    DATABASE_URL: addresses.databaseUrl,
    TEMPORAL_ADDRESS: addresses.temporalAddress,
    TEMPORAL_NAMESPACE: addresses.temporalNamespace,
    SANDBOX_PROVIDER_URL: addresses.sandboxProviderUrl,
    REDCORE_SEAL_KEYS: platform.sealKeys,
  };
  const violated = await runCommand('stack/invariants.ts', {
    environment,
    args: ['--tenant', tenant.tenantId, '--tolerated-seconds', '0'],
  });
  expect(violated.exitCode).toBe(1);
  expect(violated.lines.filter((line) => line.startsWith('I11'))).toHaveLength(20);
  expect(violated.lines.at(-1)).toMatch(/^20 violations; 1 tenants, 30 subscriptions, /);

  const [pending] = await owner`select count(*)::int from subscriptions where next_kind <> 'none'`;
  const count = Number(pending?.['count']);
  const rebuilt = await runCommand('stack/rebuild-workflows.ts', { environment });
  expect(rebuilt).toMatchObject({ exitCode: 0, errors: '' });
  expect(rebuilt.lines.at(-1)).toBe(`${count} workflows started, 0 were there and are woken, 0 failed`);
  await expectWhole();
  const whole = await runCommand('stack/invariants.ts', { environment });
  expect(whole).toMatchObject({ exitCode: 0, errors: '' });
  expect(whole.lines.at(-1)).toMatch(/^0 violations; /);

  const again = await runCommand('stack/rebuild-workflows.ts', { environment });
  expect(again.lines.at(-1)).toBe(`0 workflows started, ${count} were there and are woken, 0 failed`);
  await renewAll(ids.slice(10));
  await expectWhole();
}, 300_000);

it('wakes a subscription whose workflow and wake were lost, within a round of the reconciler', async () => {
  const { owner, client } = platform;
  const daily = await tenant.makePlan({ interval: 'day' });
  const request = { customer_id: customerId, plan_id: daily };
  const { subscription_id: id } = await tenant.rest.post<Subscription>('/v1/subscriptions', request);
  await tenant.waitForQuiet(60_000);
  await client.workflow.getHandle(workflowIdOf({ tenantId: tenant.tenantId, subscriptionId: id })).terminate('lost');
  // Its own minute might come between the two statements below.
  const reconciler = client.schedule.getHandle('reconciler');
  await reconciler.pause();
  // Its whole life moves two days back: two periods are over, and nobody is awake for them or owes a wake.
  const back = owner`- interval '2 days'`;
  await owner`update subscriptions set starts_at = starts_at ${back}, period_start_at = period_start_at ${back},
    period_end_at = period_end_at ${back}, next_at = next_at ${back}, wake_at = wake_at ${back} where id = ${id}`;
  await owner`update billing_runs set boundary_at = boundary_at ${back}, period_start_at = period_start_at ${back},
    period_end_at = period_end_at ${back} where subscription_id = ${id}`;
  await owner`update invoices set period_start_at = period_start_at ${back}, period_end_at = period_end_at ${back}
    where subscription_id = ${id}`;
  await owner`update subscription_anchors set local_date = (local_date::date - 2)::text where subscription_id = ${id}`;
  await owner`delete from intents where subscription_id = ${id}`;

  await reconciler.trigger();
  await vi.waitFor(
    async () => {
      const runs = await owner`select status from billing_runs where subscription_id = ${id} and kind = 'renewal'`;
      expect(runs.map(({ status }) => status)).toEqual(['settled', 'settled']);
    },
    { timeout: 90_000, interval: 500 },
  );
  const [event] = await owner`select count(*)::int from outbox
    where subscription_id = ${id} and topic = 'subscriptions.renew_required' and envelope ->> 'origin' = 'reconciler'`;
  expect(event?.['count']).toBe(1);
  await reconciler.unpause();
  await tenant.waitForQuiet(60_000);
  expect((await platform.checkInvariants(tenant)).violations).toEqual([]);
}, 180_000);
