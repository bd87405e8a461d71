import type { Sql, Transaction } from '../../db/database.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import type { TenantId } from '../../domain/ids.ts';
import { platformScope } from '../principal.ts';
import type { AskedFrom } from './accounts.ts';
import { listPlaces, type UserRow } from './user-rows.ts';

export interface AccountEntry {
  action: string;
  requestId: string | null;
  ipAddress?: string | null | undefined;
  /** Whoever did it, where it was not the user. */
  actor?: string;
  details?: Record<string, unknown>;
}

/** What concerns a user concerns each of the user's tenants; of operators, the platform too. */
export async function auditAccount(tx: Sql | Transaction, user: UserRow, entry: AccountEntry): Promise<void> {
  const places = await listPlaces(tx, user.id);
  const scopes: TenantId[] = places.map(({ tenantId }) => tenantId);
  if (user.isOperator || scopes.length === 0) scopes.push(platformScope);
  for (const tenantId of scopes) await auditIn(tx, tenantId, user, entry);
}

export async function auditIn(
  tx: Sql | Transaction,
  tenantId: TenantId,
  user: UserRow,
  entry: AccountEntry,
): Promise<void> {
  const { action, requestId, ipAddress, actor = user.id, details = {} } = entry;
  await writeAudit(tx, { tenantId, actor, action, resourceId: user.id, requestId, ipAddress, details });
}

/**
 * A try at an account there is none of concerns no tenant: it stands in the platform's own audit, under the digest its tries are
 * counted by, since an address that was mistyped is somebody's.
 */
export async function auditStranger(
  sql: Sql,
  counted: string,
  { reason, details = {}, ...from }: AskedFrom & { reason: string; details?: object },
): Promise<void> {
  const entry = { tenantId: platformScope, actor: 'unknown', action: 'login.failed', resourceId: counted };
  const { requestId, ipAddress } = auditedFrom(from);
  await writeAudit(sql, { ...entry, requestId, ipAddress, details: { reason, ...details } });
}

/** What an audit row says of where something was asked from. */
export function auditedFrom({ address, requestId }: AskedFrom): Pick<AccountEntry, 'ipAddress' | 'requestId'> {
  return { ipAddress: address === 'unknown' ? null : address, requestId };
}
