import type { EngineStart, SubscriptionEngine } from '../adapters/engine/port.ts';
import { describeCarrier, describeShown } from '../billing/steps/describe-subscription.ts';
import { type CarrierStartRow, loadCarrierStart, loadStart, type StartRow } from '../db/queries/load-start.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import type { SubscriptionId, TenantId } from '../domain/ids.ts';
import { DAY_MS } from '../domain/instant.ts';
import { amountFor } from '../domain/pricing/price.ts';
import { renderedStatus } from '../domain/subscriptions/allowed-commands.ts';
import { terminalStatuses } from '../domain/subscriptions/subscription.ts';
import { refOf, type SubscriptionRef, type WorkflowRef } from '../domain/workflow-ref.ts';

/** A sleep with nothing to wait for. */
const foreverMs = 3_650 * DAY_MS;

export interface DeliveryParts {
  database: TenantDatabase;
  engine: SubscriptionEngine;
}

/** What is owed to one workflow: its start, a look at its row, or both. */
export type Delivery = WorkflowRef & {
  tenantId: TenantId;
  needsStart: boolean;
  needsWake: boolean;
};

/**
 * Resolves once nothing of the delivery is owed any more: the engine has accepted it. A start reads the row as it is now, so
 * whatever was committed before is in it; a workflow that is awake already has to be told to look again.
 */
export async function deliverWake({ database, engine }: DeliveryParts, delivery: Delivery): Promise<void> {
  const ref = refOf(delivery);
  if (!delivery.needsStart) return engine.wake(ref);
  const start = await readStart(database, ref);
  if (start !== null && (await engine.start(start)) === 'started') return;
  if (delivery.needsWake) await engine.wake(ref);
}

/** What a workflow is started with, from its row as it is now. Null when it has nothing left to do. */
export async function readStart(database: TenantDatabase, ref: WorkflowRef): Promise<EngineStart | null> {
  const tenantId = ref.tenantId as TenantId;
  if ('carrierId' in ref) {
    const carrier = await loadCarrierStart(database, tenantId, ref.carrierId);
    return carrier === null || !carrier.hasOpenWork ? null : startOfCarrier(ref, carrier);
  }
  const row = await loadStart(database, tenantId, ref.subscriptionId as SubscriptionId);
  return row === null || isOver(row) ? null : startOf(ref, row);
}

function startOfCarrier(ref: WorkflowRef, row: CarrierStartRow): EngineStart {
  return {
    ...{ ...ref, customerId: row.customerId, planId: null, status: null, delayMs: delayOf(row) },
    shown: describeCarrier({ ...row, what: row.kind }),
  };
}

function delayOf({ wakeAt, now }: { wakeAt: number; now: number }): number {
  return Math.min(foreverMs, Math.max(0, wakeAt - now));
}

function isOver(row: StartRow): boolean {
  return terminalStatuses.includes(row.status) && !row.hasOpenWork;
}

function startOf(ref: SubscriptionRef, row: StartRow): EngineStart {
  const status = renderedStatus(row);
  return {
    tenantId: ref.tenantId,
    subscriptionId: ref.subscriptionId,
    customerId: row.customerId,
    planId: row.planId,
    status,
    delayMs: delayOf(row),
    shown: describeShown({ ...row, status, amountMinor: amountFor(row, row.quantity) }),
  };
}
