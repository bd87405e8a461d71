import { findRefusedKeys, type RefusedKey, writeAudit } from '../../db/queries/audit-log.ts';
import { type TenantDatabase, withTenant } from '../../db/with-tenant.ts';
import type { ApiKeyId, TenantId } from '../../domain/ids.ts';

/** What was not allowed, `count` times. */
export interface Denial {
  /** Whoever was known; else the key that was presented. */
  by: { tenantId: TenantId; actor: string } | { keyId: ApiKeyId };
  code: string;
  /** `POST /plans`. */
  route: string;
  permission: string | null;
  /** Where the code alone does not say it. */
  reason?: string;
  /** Of the first of them. */
  requestId: string;
  ip: string | null;
  count: number;
}

/** Nobody whose word could be taken: the key may be in anybody's hands. */
const unknownActor = 'unknown';

/** Audits them, each in the tenant it concerns; of a key nobody has there is nobody to tell. Throws what PostgreSQL throws. */
export async function recordDenials(database: TenantDatabase, denials: readonly Denial[]): Promise<void> {
  const keyIds = new Set(denials.flatMap(({ by }) => ('keyId' in by ? [by.keyId] : [])));
  const found = keyIds.size === 0 ? [] : await findRefusedKeys(database.sql, [...keyIds]);
  const keys = new Map(found.map((key) => [key.id, key]));
  const rows = denials.flatMap((denial) => rowOf(denial, keys) ?? []);
  for (const [tenantId, ofTenant] of Map.groupBy(rows, (row) => row.tenantId)) {
    await withTenant(database, tenantId, async ({ sql }) => {
      for (const row of ofTenant) await writeAudit(sql, row);
    });
  }
}

function rowOf({ by, route, requestId, count, ...what }: Denial, keys: ReadonlyMap<ApiKeyId, RefusedKey>) {
  const { ip: ipAddress, ...told } = what;
  const said = { action: 'access.denied', requestId, ipAddress };
  if ('actor' in by) {
    return { ...by, ...said, resourceId: route, details: { ...told, count } };
  }
  const key = keys.get(by.keyId);
  if (key === undefined) return null;
  const details = { ...told, route, reason: key.reason, count };
  return { tenantId: key.tenantId, actor: unknownActor, ...said, resourceId: key.id, details };
}
