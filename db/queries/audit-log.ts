import type { TenantId } from '../../domain/ids.ts';
import type { Sql, Transaction } from '../database.ts';
import { newId } from '../new-id.ts';

export interface AuditEntry {
  /** Or the platform's scope. */
  tenantId: TenantId;
  actor: string;
  /** `resource.verb_in_past`. */
  action: string;
  resourceId: string;
  requestId: string | null;
  /** Never a secret; of a change `before` and `after`. */
  details: Record<string, unknown>;
}

/** One row as any role that may write it, at the database's time; in the transaction of what it tells of. */
export function writeAudit(sql: Sql | Transaction, entry: AuditEntry): PromiseLike<unknown> {
  const { tenantId, actor, action, resourceId, requestId, details } = entry;
  return sql`
    insert into audit_log (tenant_id, id, at, actor, action, resource_id, request_id, details)
    values (${tenantId}, ${newId('event')}, clock_timestamp(), ${actor}, ${action}, ${resourceId}, ${requestId},
            ${sql.json(details as never)})`.execute();
}
