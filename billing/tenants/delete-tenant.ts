import type { Answer } from '../../contracts/answer.ts';
import { type TenantMode, type TenantRow, updateTenant } from '../../db/queries/tenants.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { DAY_MS, type Instant, toIso } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { administerTenant, refuseState } from './administer-tenant.ts';
import { wakeHeld } from './wake-held.ts';

export interface DeletionInput {
  reason: string;
  /** Null: the platform's default. */
  graceDays: number | null;
  exportWaived: boolean;
}

const graceDaysDefault = 30;
const graceDaysMinOfLive = 7;

/** When what is asked for now may be carried out. */
export function graceEnd(mode: TenantMode, graceDays: number | null, now: Instant): Instant {
  const days = graceDays ?? graceDaysDefault;
  if (mode === 'live' && days < graceDaysMinOfLive) {
    const message = `must be at least ${graceDaysMinOfLive} for a live tenant`;
    throw new DomainError('invalid_request', `grace_days ${message}.`, {
      ...{ field: 'grace_days', errors: [{ field: 'grace_days', message }] },
    });
  }
  return now + days * DAY_MS;
}

/** From this commit on nothing new is charged; what is stored stays until the grace is over and an export was made or waived. */
export function requestDeletion(
  system: TenantDatabase,
  call: Call,
  id: TenantId,
  input: DeletionInput,
): Promise<Answer> {
  return administerTenant(system, call, id, async (tx, before) => {
    if (before.status === 'deleting' || before.status === 'deleted') {
      throw refuseState(before, 'its deletion was asked for already');
    }
    const { reason, exportWaived } = input;
    const deleteAfter = graceEnd(before.mode, input.graceDays, tx.now);
    const row = await updateTenant(tx.sql, id, {
      ...{ status: 'deleting', statusReason: reason, deletionRequestedAt: tx.now, deleteAfter, exportWaived },
      // One from before does not count: it lacks what came since.
      exportedAt: null,
    });
    return { row, action: 'tenant.deletion_requested', details: deletionDetails(row) };
  });
}

export function deletionDetails({ deleteAfter, exportWaived, statusReason }: TenantRow): Record<string, unknown> {
  return {
    reason: statusReason,
    delete_after: deleteAfter === null ? null : toIso(deleteAfter),
    export_waived: exportWaived,
  };
}

export async function cancelDeletion(
  { system, context }: { system: TenantDatabase; context: BillingContext },
  call: Call,
  id: TenantId,
): Promise<Answer> {
  const answer = await administerTenant(system, call, id, async (tx, before) => {
    if (before.status !== 'deleting') throw refuseState(before, 'there is no deletion to take back');
    // Erasing takes many transactions: once it may have begun, what is gone does not come back.
    if (before.deleteAfter !== null && before.deleteAfter <= tx.now && mayErase(before)) {
      throw refuseState(before, 'its grace is over and its data is being erased');
    }
    const row = await updateTenant(tx.sql, id, {
      ...{ status: 'active', statusReason: null, deletionRequestedAt: null, deleteAfter: null, exportWaived: false },
    });
    return { row, action: 'tenant.deletion_canceled', details: {} };
  });
  if (answer.status === 200) await wakeHeld(context, id);
  return answer;
}

function mayErase({ exportWaived, exportedAt }: TenantRow): boolean {
  return exportWaived || exportedAt !== null;
}
