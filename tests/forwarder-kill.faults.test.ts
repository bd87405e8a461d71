import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { collectEvents } from './support/collect-events.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform?.stop());

interface Created {
  subscription_id: string;
  payment: { next_action: { url: string } };
}

it('F8: applies every notification once while the forwarder is killed again and again', async () => {
  const { addresses, owner } = platform;
  const tenant = await platform.makeTenant();
  const { rest, tenantId } = tenant;
  const events = await collectEvents(addresses.kafkaBrokers, tenantId);
  const planId = await tenant.makePlan();
  const created: Created[] = [];
  for (let count = 0; count < 30; count += 1) {
    const customerId = await tenant.makeCustomer('tok_requires_action');
    created.push(await rest.post<Created>('/subscriptions', { customer_id: customerId, plan_id: planId }));
  }
  const forwarder = platform.role('forwarder');
  const deciding = (async () => {
    for (const { payment } of created) {
      const answer = await fetch(payment.next_action.url, {
        method: 'POST',
        body: new URLSearchParams({ result: 'succeeded' }),
      });
      expect(answer.ok).toBe(true);
      await delay(200);
    }
  })();
  for (let kills = 0; kills < 3; kills += 1) {
    const unprocessed = async () => {
      const rows = await owner`select 1 from inbox where tenant_id = ${tenantId} and processed_at is null`;
      expect(rows.length).toBeGreaterThan(0);
    };
    await vi.waitFor(unprocessed, { timeout: 30_000, interval: 20 });
    await platform.kill(forwarder);
    await forwarder.restart();
  }
  await deciding;
  await vi.waitFor(
    async () => {
      const rows = await owner`select 1 from inbox where tenant_id = ${tenantId} and processed_at is null`;
      expect(rows).toHaveLength(0);
      const active = await owner`select 1 from subscriptions where tenant_id = ${tenantId} and status = 'active'`;
      expect(active).toHaveLength(created.length);
    },
    { timeout: 90_000, interval: 250 },
  );
  await tenant.waitForQuiet(60_000);
  const completed = events.distinct().filter(({ type }) => type === 'payments.completed');
  expect(new Set(completed.map((event) => event.subscription_id)).size).toBe(created.length);
  expect(completed).toHaveLength(created.length);
  const report = await platform.checkInvariants(tenant, 0);
  expect(report.violations).toEqual([]);
  await events.stop();
});
