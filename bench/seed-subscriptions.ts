import { newId } from '../db/new-id.ts';
import { anchorAt } from '../domain/calendar/anchor.ts';
import type { CustomerId, PlanId } from '../domain/ids.ts';
import { DAY_MS } from '../domain/instant.ts';
import type { BenchPlatform } from './bench-platform.ts';

/**
 * Active subscriptions with a paid month behind them that ends at `dueAt`, and an intent each to put its workflow to sleep.
 * Written as rows, since a boundary some seconds ahead cannot be asked for over REST. Returns the group they are in.
 */
export async function seedSubscriptions(
  platform: BenchPlatform,
  seed: { count: number; dueAt: number; planId: PlanId; customerId: CustomerId },
): Promise<string> {
  const { owner, tenantId } = platform;
  const { dueAt, planId, customerId } = seed;
  const batch = newId('event');
  const [price] = await owner<[{ id: string }]>`select current_price_id as id from plans where id = ${planId}`;
  const ids = Array.from({ length: seed.count }, () => newId('subscription'));
  const month = { startsAt: dueAt - 31 * DAY_MS, dueAt };
  await owner.begin(async (sql) => {
    for (let from = 0; from < ids.length; from += 500) {
      const chunk = ids.slice(from, from + 500);
      const terms = { tenantId, customerId, planId, priceId: price.id, batch };
      await sql`insert into subscriptions ${sql(chunk.map((id) => subscriptionRow(id, terms, month)) as never)}`;
      await sql`insert into subscription_anchors ${sql(chunk.map((id) => anchorRow(id, tenantId, month)) as never)}`;
      await sql`insert into billing_runs ${sql(chunk.map((id) => runRow(id, tenantId, month)) as never)}`;
      await sql`insert into intents ${sql(chunk.map((id) => intentRow(id, tenantId)) as never)}`;
    }
  });
  return batch;
}

type Month = { startsAt: number; dueAt: number };

function subscriptionRow(id: string, terms: { batch: string } & Record<string, string>, { startsAt, dueAt }: Month) {
  const { batch, ...references } = terms;
  return {
    ...references,
    id,
    quantity: 1,
    currency: 'USD',
    timezone: 'UTC',
    groupId: batch,
    status: 'active',
    startsAt,
    periodStartAt: startsAt,
    periodEndAt: dueAt,
    nextKind: 'renew',
    nextAt: dueAt,
    wakeAt: dueAt,
    sleepingUntil: dueAt,
    createdAt: startsAt,
  };
}

function anchorRow(subscriptionId: string, tenantId: string, { startsAt, dueAt }: Month) {
  return { tenantId, subscriptionId, ordinal: 1, effectiveFrom: startsAt, ...anchorAt(dueAt, 'UTC') };
}

function runRow(subscriptionId: string, tenantId: string, { startsAt, dueAt }: Month) {
  return {
    tenantId,
    id: newId('billingRun'),
    subscriptionId,
    kind: 'first',
    ordinal: 0,
    boundaryAt: startsAt,
    periodStartAt: startsAt,
    periodEndAt: dueAt,
    amountMinor: 1999,
    status: 'settled',
    openedAt: startsAt,
    settledAt: startsAt,
  };
}

function intentRow(subscriptionId: string, tenantId: string) {
  return { tenantId, id: newId('event'), subscriptionId, kind: 'start', dueAt: Date.now() };
}
