import type { EngineStart, SubscriptionEngine } from '../adapters/engine/port.ts';
import { describeShown } from '../billing/steps/describe-subscription.ts';
import { loadStart, type StartRow } from '../db/queries/load-start.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import type { SubscriptionId, TenantId } from '../domain/ids.ts';
import { DAY_MS } from '../domain/instant.ts';
import { amountFor } from '../domain/pricing/price.ts';
import { renderedStatus } from '../domain/subscriptions/allowed-commands.ts';
import { terminalStatuses } from '../domain/subscriptions/subscription.ts';

/** A sleep with nothing to wait for. */
const foreverMs = 3_650 * DAY_MS;

export interface DeliveryParts {
  database: TenantDatabase;
  engine: SubscriptionEngine;
}

/** What is owed to the workflow of one subscription: its start, a look at its row, or both. */
export interface Delivery {
  tenantId: TenantId;
  subscriptionId: SubscriptionId;
  needsStart: boolean;
  needsWake: boolean;
}

/**
 * Resolves once nothing of the delivery is owed any more: the engine has accepted it. A start reads the row as it is now, so
 * whatever was committed before is in it; a workflow that is awake already has to be told to look again.
 */
export async function deliverWake({ database, engine }: DeliveryParts, delivery: Delivery): Promise<void> {
  const { tenantId, subscriptionId } = delivery;
  if (!delivery.needsStart) return engine.wake({ tenantId, subscriptionId });
  const start = await readStart(database, delivery);
  if (start !== null && (await engine.start(start)) === 'started') return;
  if (delivery.needsWake) await engine.wake({ tenantId, subscriptionId });
}

/** What a workflow is started with, from its row as it is now. Null when it has nothing left to do. */
export async function readStart(
  database: TenantDatabase,
  ref: { tenantId: TenantId; subscriptionId: SubscriptionId },
): Promise<EngineStart | null> {
  const row = await loadStart(database, ref.tenantId, ref.subscriptionId);
  return row === null || isOver(row) ? null : startOf(ref, row);
}

function isOver(row: StartRow): boolean {
  return terminalStatuses.includes(row.status) && !row.hasOpenWork;
}

function startOf(ref: { tenantId: TenantId; subscriptionId: SubscriptionId }, row: StartRow): EngineStart {
  const status = renderedStatus(row);
  return {
    tenantId: ref.tenantId,
    subscriptionId: ref.subscriptionId,
    customerId: row.customerId,
    planId: row.planId,
    status,
    delayMs: Math.min(foreverMs, Math.max(0, row.wakeAt - row.now)),
    shown: describeShown({ ...row, status, amountMinor: amountFor(row, row.quantity) }),
  };
}
