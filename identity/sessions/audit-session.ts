import { withLinkMadeBy, writeAudit } from '../../db/queries/audit-log.ts';
import { type TenantDatabase, withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { SessionRecord } from './session.ts';

export interface AskedBy {
  requestId: string | null;
  ipAddress: string | null;
}

/** What became of a session, in the audit of the tenant it is in; of an operator outside every tenant, in the platform's. */
export function auditSession(
  database: TenantDatabase,
  { id, holder, linkMadeBy }: Pick<SessionRecord, 'id' | 'holder' | 'linkMadeBy'>,
  entry: AskedBy & { tenantId: TenantId; action: string; details: Record<string, unknown> },
): Promise<void> {
  const { tenantId, action, requestId, ipAddress } = entry;
  const details = withLinkMadeBy(entry.details, linkMadeBy);
  const actor = holder.kind === 'customer' ? holder.customerId : holder.userId;
  // Where customers call from is kept only where they are refused.
  const from = { requestId, ipAddress: holder.kind === 'customer' ? null : ipAddress };
  return withTenant(database, tenantId, async ({ sql }) => {
    await writeAudit(sql, { tenantId, actor, action, resourceId: id, ...from, details });
  });
}
