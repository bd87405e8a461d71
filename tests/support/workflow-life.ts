import { expect } from 'vitest';
import { type BillingActivities, createBillingActivities } from '../../activities/billing-activities.ts';
import { createPaymentActivities, type PaymentActivities } from '../../activities/payment-activities.ts';
import type { SubscriptionEngine } from '../../adapters/engine/port.ts';
import type { BillingContext } from '../../billing/context.ts';
import type { SubscriptionRef } from '../../billing/steps/next-step.ts';
import { isInfrastructureError } from '../../db/database.ts';
import { refOfRow, type WorkflowRow } from '../../db/queries/outside-facts.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../../domain/instant.ts';
import { createIntentSender } from '../../pipelines/send-intents.ts';
import { type BillingFixture, type FixturePools, openTenantFixture } from './billing-fixture.ts';
import { expectInvariants } from './expect-invariants.ts';
import { openTenantRows, type TenantRows } from './tenant-rows.ts';
import type { RunningWorkers, WorkflowHarness } from './workflow-harness.ts';

/**
 * One tenant with the real verbs on PostgreSQL, carried out by the real workflow on the time-skipping server, whose clock is
 * also that of every transaction. What verbs owe to the engine is delivered as in production.
 */
export interface WorkflowLife extends Omit<BillingFixture, 'close' | 'drive'>, TenantRows {
  engine: SubscriptionEngine;
  /** Replaceable by a test that makes a step die half-way. */
  activities: BillingActivities & PaymentActivities;
  now(): Promise<Instant>;
  /** Time passes on the engine, and everybody is awake when they are due. Returns once nothing is owed, due or sent. */
  liveTo(at: Instant | string): Promise<void>;
  live(ms: number): Promise<void>;
  /** Whatever was owed or due by now has been done; no time is skipped for it. */
  settle(): Promise<void>;
  /** The row's time goes on while the engine's stands still, for what nobody shall be awake for. */
  passUnseen(ms: number): void;
  ref(id: SubscriptionId): SubscriptionRef;
  stopWorkers(): Promise<void>;
  startWorkers(): Promise<void>;
  /** The captured charges of the provider's own list, in its order, with the invoices they pay. */
  captures(): Promise<Capture[]>;
  /** Ends the tenant's workflows and workers once every invariant holds. */
  close(): Promise<void>;
}

export interface Capture {
  invoice: number;
  amountMinor: number;
  at: Instant;
}

const settledWithinMs = 20_000;
const pollEveryMs = 20;

export async function openWorkflowLife(
  harness: WorkflowHarness,
  pools: FixturePools,
  startsAt: string,
): Promise<WorkflowLife> {
  let ahead = 0;
  const now = async (): Promise<Instant> => (await harness.now()) + ahead;
  const fixture = await openTenantFixture(pools, async () => {
    const at = await now();
    fixture.provider.setClockOffset(at - Date.now());
    return at;
  });
  const { context, tenantId } = fixture;
  const staff = await openStaff(harness, context);
  const intents = createIntentSender({
    database: context.database,
    system: pools.owner,
    engine: staff.engine,
    concurrency: 8,
  });
  context.sendIntents = (owed) => intents.sendIntents(owed);
  ahead = Date.parse(startsAt) - (await harness.now());

  async function settle(): Promise<void> {
    const options = { timeout: settledWithinMs, interval: pollEveryMs };
    await expect.poll(async () => unrestAt(fixture, await now()), options).toEqual({ owed: 0, sent: 0, due: 0 });
  }
  async function live(ms: number): Promise<void> {
    await settle();
    if (ms > 0) await harness.skip(ms);
    await settle();
  }
  return {
    ...fixture,
    ...openTenantRows(fixture),
    ...staff,
    now,
    live,
    settle,
    liveTo: async (at) => live((typeof at === 'string' ? Date.parse(at) : at) - (await now())),
    passUnseen(ms) {
      ahead += ms;
    },
    ref: (subscriptionId) => ({ tenantId, subscriptionId }),
    captures: () => capturesOf(fixture),
    async close() {
      try {
        const at = await now();
        await expectInvariants({ ...fixture, now: () => at }, MINUTE_MS);
      } finally {
        await intents.drain(5_000);
        await terminateAll(harness, fixture);
        await staff.stopWorkers();
      }
    },
  };
}

type Tenant = Pick<BillingFixture, 'owner' | 'provider' | 'tenantId'>;

/** The workers of one tenant, whose activities a test may replace while they run. */
async function openStaff(harness: WorkflowHarness, context: BillingContext) {
  const parts = { context, isInfrastructureError };
  const activities = { ...createBillingActivities(parts), ...createPaymentActivities(parts) };
  const names = Object.keys(activities) as (keyof typeof activities)[];
  const replaceable = Object.fromEntries(
    names.map((name) => [name, (input: never, failure: never) => activities[name](input, failure)]),
  ) as typeof activities;
  const start = (taskQueue?: string): Promise<RunningWorkers> =>
    harness.startWorkers({ billing: replaceable, payments: replaceable, providers: ['sandbox'] }, taskQueue);
  const first = await start();
  let running: RunningWorkers | null = first;
  return {
    activities,
    engine: first.engine,
    async stopWorkers() {
      await running?.stop();
      running = null;
    },
    async startWorkers() {
      running ??= await start(first.taskQueue);
    },
  };
}

async function unrestAt({ owner, tenantId }: Tenant, at: Instant): Promise<object> {
  const [counts] = await owner<[object]>`
    select (select count(*)::int from intents where tenant_id = ${tenantId}) as owed,
           (select count(*)::int from payment_attempts where tenant_id = ${tenantId} and status = 'sent')
             + (select count(*)::int from refunds where tenant_id = ${tenantId} and status = 'sent') as sent,
           (select count(*)::int from subscriptions
            where tenant_id = ${tenantId} and wake_at <= ${at} and parked_at is null)
             + (select count(*)::int from carriers
                where tenant_id = ${tenantId} and wake_at <= ${at} and parked_at is null) as due`;
  return counts;
}

async function capturesOf({ owner, provider, tenantId }: Tenant): Promise<Capture[]> {
  const { charges } = await provider.listCharges({ tenantId, limit: 1_000 });
  const rows = await owner<{ id: string; number: number }[]>`
    select a.id, i.number from payment_attempts a join invoices i on i.tenant_id = a.tenant_id and i.id = a.invoice_id
    where a.tenant_id = ${tenantId}`;
  const numbers = new Map(rows.map(({ id, number }) => [id, number]));
  return charges
    .filter(({ status }) => status === 'succeeded')
    .map(({ attemptId, amountMinor, createdAt }) => ({
      ...{ invoice: numbers.get(attemptId) ?? Number.NaN, amountMinor, at: createdAt.getTime() },
    }));
}

async function terminateAll(harness: WorkflowHarness, { owner, tenantId }: Tenant): Promise<void> {
  const rows = await owner<WorkflowRow[]>`
    select tenant_id, id, 'subscription' as kind from subscriptions where tenant_id = ${tenantId}
    union all select tenant_id, id, kind from carriers where tenant_id = ${tenantId}`;
  for (const row of rows) await harness.terminateOpen(refOfRow(row));
}
