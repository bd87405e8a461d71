import type { Answer } from '../../contracts/answer.ts';
import { limitNames, type TenantLimits, updateTenant } from '../../db/queries/tenants.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import { administerTenant, refuseState } from './administer-tenant.ts';

export interface ChangeTenantInput {
  name?: string;
  /** By name; null takes a limit away. */
  limits?: LimitChanges;
}

export type LimitChanges = { [Name in keyof TenantLimits]?: number | null | undefined };

export function changeTenant(
  system: TenantDatabase,
  call: Call,
  id: TenantId,
  input: ChangeTenantInput,
): Promise<Answer> {
  return administerTenant(system, call, id, async (tx, before) => {
    if (before.status === 'deleted') throw refuseState(before, 'nothing of it can be changed any more');
    const name = input.name ?? before.name;
    const limits = applyLimits(before.limits, input.limits ?? {});
    if (name === before.name && JSON.stringify(limits) === JSON.stringify(applyLimits(before.limits, {}))) return null;
    const row = await updateTenant(tx.sql, id, { name, limits });
    const details = {
      before: { name: before.name, limits: before.limits },
      after: { name, limits },
    };
    return { row, action: 'tenant.changed', details };
  });
}

export function applyLimits(before: TenantLimits, changes: LimitChanges): TenantLimits {
  const after: TenantLimits = {};
  for (const limit of limitNames) {
    const value = changes[limit] === undefined ? before[limit] : changes[limit];
    if (value !== null && value !== undefined) after[limit] = value;
  }
  return after;
}
