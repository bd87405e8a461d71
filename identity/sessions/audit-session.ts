import { writeAudit } from '../../db/queries/audit-log.ts';
import { type TenantDatabase, withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { SessionHolder, SessionRecord } from './session.ts';

export interface AskedBy {
  requestId: string | null;
  ipAddress: string | null;
}

export function actorOf(holder: SessionHolder): string {
  return holder.kind === 'customer' ? holder.customerId : holder.userId;
}

/** What became of a session, in the audit of the tenant it is in; of an operator outside every tenant, in the platform's. */
export function auditSession(
  database: TenantDatabase,
  { id, holder }: Pick<SessionRecord, 'id' | 'holder'>,
  entry: AskedBy & { tenantId: TenantId; action: string; details: Record<string, unknown> },
): Promise<void> {
  const { tenantId, action, requestId, ipAddress, details } = entry;
  const actor = actorOf(holder);
  // Where customers call from is kept only where they are refused.
  const from = { requestId, ipAddress: holder.kind === 'customer' ? null : ipAddress };
  return withTenant(database, tenantId, async ({ sql }) => {
    await writeAudit(sql, { tenantId, actor, action, resourceId: id, ...from, details });
  });
}
