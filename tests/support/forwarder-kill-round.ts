import { setTimeout as delay } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { Envelope } from '../../contracts/events/envelope.ts';
import { newId } from '../../db/new-id.ts';
import { type CollectedEvents, collectEvents } from './collect-events.ts';
import type { TestPlatform } from './platform.ts';
import type { PlatformTenant } from './platform-tenant.ts';
import { chargeUpdated, signed } from './webhook-door.ts';

export interface ForwarderKills {
  /** As many as there is time for. */
  killsMax: number;
  everyMs: number;
  withinMs: number;
}

interface Created {
  subscription_id: string;
  payment: { next_action: { url: string } };
}

/** Beside the provider's own notification, in the order in which they are answered. */
const further = 3;
/** Several of one charge may be settled by one statement, which dates them as it comes to them. */
const oneStatementMs = 1_000;

/**
 * F8. Authentications are confirmed one after the other, each told several times, while the forwarder is killed with notifications
 * in hand and started again. Each is applied once, in its order per charge; every payment is told once, in its order per subscription.
 */
export async function runForwarderKillRound(
  platform: TestPlatform,
  how: ForwarderKills,
): Promise<{ kills: number; charges: number }> {
  const tenant = await platform.makeTenant();
  const events = await collectEvents(platform.addresses.kafkaBrokers, tenant.tenantId);
  const planId = await tenant.makePlan();
  const created: string[] = [];
  const told: string[][] = [];
  let isOver = false;
  const paying = (async () => {
    while (!isOver) {
      const paid = await payOne(platform, tenant, planId);
      created.push(paid.id);
      told.push(paid.told);
    }
  })();
  const killing = killAgainAndAgain(platform, tenant, how).finally(() => {
    isOver = true;
  });
  const [kills] = await Promise.all([killing, paying]);
  await expectEachDoneOnce(platform, tenant, { created, told, events });
  await events.stop();
  return { kills, charges: created.length };
}

/** `told`: the notifications that came one after the other, each once the one before was taken; the provider's own comes beside. */
async function payOne(
  platform: TestPlatform,
  tenant: PlatformTenant,
  planId: string,
): Promise<{ id: string; told: string[] }> {
  const { owner, webhooksUrl, webhookSecret: secret } = platform;
  const customerId = await tenant.makeCustomer('tok_requires_action');
  const asked = { customer_id: customerId, plan_id: planId };
  const { subscription_id: id, payment } = await tenant.rest.post<Created>('/subscriptions', asked);
  const [attempt] = await owner<{ id: string; providerChargeId: string }[]>`
    select id, provider_charge_id from payment_attempts where subscription_id = ${id}`;
  const body = new URLSearchParams({ result: 'succeeded' });
  const decided = await fetch(payment.next_action.url, { method: 'POST', body });
  expect(decided.ok).toBe(true);
  const told = Array.from({ length: further }, () => newId('event') as string);
  for (const eventId of told) {
    const { headers, rawBody } = signed({
      ...{ id: eventId, secret },
      body: chargeUpdated({
        ...{ account: tenant.tenantId, reference: attempt?.id ?? '', chargeId: attempt?.providerChargeId ?? '' },
      }),
    });
    const answer = await fetch(`${webhooksUrl}/webhooks/sandbox`, {
      ...{ method: 'POST', headers: headers as Record<string, string>, body: new Uint8Array(rawBody) },
    });
    expect(answer.status).toBe(200);
  }
  return { id, told };
}

async function killAgainAndAgain(platform: TestPlatform, tenant: PlatformTenant, how: ForwarderKills): Promise<number> {
  const { owner } = platform;
  const forwarder = platform.role('forwarder');
  const until = performance.now() + how.withinMs;
  let kills = 0;
  for (; kills < how.killsMax && performance.now() < until; kills += 1) {
    const nextAt = performance.now() + how.everyMs;
    const hasSomeInHand = async () => {
      const rows = await owner`
        select 1 from inbox where tenant_id = ${tenant.tenantId} and published_at is not null and processed_at is null`;
      expect(rows.length).toBeGreaterThan(0);
    };
    await vi.waitFor(hasSomeInHand, { timeout: 60_000, interval: 5 });
    await platform.kill(forwarder);
    await forwarder.restart();
    if (kills + 1 < how.killsMax) await delay(Math.max(0, nextAt - performance.now()));
  }
  return kills;
}

async function expectEachDoneOnce(
  platform: TestPlatform,
  tenant: PlatformTenant,
  of: { created: readonly string[]; told: readonly (readonly string[])[]; events: CollectedEvents },
): Promise<void> {
  const { owner } = platform;
  const { created, told, events } = of;
  const { tenantId } = tenant;
  await vi.waitFor(
    async () => {
      expect(await owner`select 1 from inbox where tenant_id = ${tenantId} and processed_at is null`).toHaveLength(0);
      const active = await owner`select 1 from subscriptions where tenant_id = ${tenantId} and status = 'active'`;
      expect(active).toHaveLength(created.length);
    },
    { timeout: 120_000, interval: 250 },
  );
  await tenant.waitForQuiet(60_000);

  const handled = await owner<{ providerEventId: string; attemptId: string; processedAt: number }[]>`
    select provider_event_id, attempt_id, processed_at from inbox where tenant_id = ${tenantId} and status = 'processed'`;
  expect(new Set(handled.map(({ attemptId }) => attemptId)).size).toBe(created.length);
  const at = new Map(handled.map(({ providerEventId, processedAt }) => [providerEventId, processedAt]));
  for (const inOrder of told) {
    const instants = inOrder.map((eventId) => at.get(eventId) ?? Number.NaN);
    const early = instants.filter((instant, index) => !(instant >= (instants[index - 1] ?? 0) - oneStatementMs));
    expect(early, `${inOrder.join(', ')}: handled at ${instants.join(', ')}`).toEqual([]);
  }
  const completed = () => events.distinct().filter(({ type }) => type === 'payments.completed');
  await vi.waitFor(() => expect(completed().length).toBeGreaterThanOrEqual(created.length), { timeout: 60_000 });
  const paid = completed().map((event) => event.subscription_id);
  expect([paid.length, new Set(paid)]).toEqual([created.length, new Set(created)]);
  for (const [id, own] of Map.groupBy(events.distinct(), ({ type, subscription_id }) => `${type} ${subscription_id}`))
    expectInOrder(id, own);
  await vi.waitFor(async () => expect((await platform.checkInvariants(tenant, 0)).violations).toEqual([]), {
    timeout: 60_000,
    interval: 1_000,
  });
}

/** Within one topic; across topics Kafka promises nothing. */
function expectInOrder(id: string, events: readonly Envelope[]): void {
  const sequences = events.map(({ sequence }) => sequence ?? 0);
  expect(sequences, `the order of ${id}`).toEqual(sequences.toSorted((a, b) => a - b));
}
