import type { Answer } from '../../contracts/answer.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import { lockTenant, type TenantRow } from '../../db/queries/tenants.ts';
import type { TenantDatabase, TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { renderTenant } from './render-tenant.ts';

/** What an operator did to a tenant, told in the tenant's own audit and in the platform's. */
export async function auditTenant(
  tx: TenantTransaction,
  call: Call,
  told: { tenantId: TenantId; action: string; details: Record<string, unknown> },
): Promise<void> {
  const { actor, requestId, ipAddress } = call.caller;
  const entry = { actor, requestId, ipAddress, action: told.action, resourceId: told.tenantId, details: told.details };
  await writeAudit(tx.sql, { ...entry, tenantId: told.tenantId });
  await writeAudit(tx.sql, { ...entry, tenantId: call.tenantId });
}

/**
 * One call of an operator about one tenant, under its row's lock, as the system role: the claim of its idempotency key stands in
 * the platform's scope. `change` returns null where the tenant is that way already.
 */
export function administerTenant(
  system: TenantDatabase,
  call: Call,
  id: TenantId,
  change: (
    tx: TenantTransaction,
    row: TenantRow,
  ) => Promise<{ row: TenantRow; action: string; details: Record<string, unknown> } | null>,
): Promise<Answer> {
  return answerOnce(system, call.tenantId, call.claim, async (tx) => {
    const row = await lockTenant(tx.sql, id);
    if (!row) throw new DomainError('not_found', 'unknown tenant');
    const changed = await change(tx, row);
    if (changed)
      await auditTenant(tx, call, { ...changed, tenantId: id, details: withStatus(changed.details, row, changed.row) });
    return { status: 200, body: renderTenant(changed?.row ?? row) };
  });
}

/** Where its status is another, both are told, beside what the verb says itself. */
export function withStatus(
  details: Record<string, unknown>,
  row: TenantRow,
  changed: TenantRow,
): Record<string, unknown> {
  if (row.status === changed.status) return details;
  const { before, after } = details as { before?: object; after?: object };
  const [was, is] = [{ status: row.status }, { status: changed.status }];
  return { ...details, before: { ...was, ...before }, after: { ...is, ...after } };
}

export function refuseState(row: TenantRow, needed: string): DomainError {
  return new DomainError('invalid_state', `The tenant is ${row.status}; ${needed}.`);
}
