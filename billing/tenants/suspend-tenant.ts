import type { Answer } from '../../contracts/answer.ts';
import { updateTenant } from '../../db/queries/tenants.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { administerTenant, refuseState } from './administer-tenant.ts';
import { wakeHeld } from './wake-held.ts';

/** From this commit on nothing new is charged; its keys, tokens and sessions are dead within five seconds. */
export function suspendTenant(system: TenantDatabase, call: Call, id: TenantId, reason: string): Promise<Answer> {
  return administerTenant(system, call, id, async (tx, before) => {
    if (before.status === 'suspended') return null;
    if (before.status !== 'active') throw refuseState(before, 'only an active one is suspended');
    const row = await updateTenant(tx.sql, id, { status: 'suspended', statusReason: reason });
    return { row, action: 'tenant.suspended', details: { reason } };
  });
}

/** What became due meanwhile is late from now on, and found by the safety net. */
export async function reactivateTenant(
  { system, context }: { system: TenantDatabase; context: BillingContext },
  call: Call,
  id: TenantId,
): Promise<Answer> {
  const answer = await administerTenant(system, call, id, async (tx, before) => {
    if (before.status === 'active') return null;
    if (before.status !== 'suspended') throw refuseState(before, 'only a suspended one is reactivated');
    const row = await updateTenant(tx.sql, id, { status: 'active', statusReason: null });
    return { row, action: 'tenant.reactivated', details: { reason: before.statusReason } };
  });
  if (answer.status === 200) await wakeHeld(context, id);
  return answer;
}
