import type { Sql } from '../db/database.ts';
import { newId } from '../db/new-id.ts';
import type { machineRoles } from '../domain/access/roles.ts';
import type { TenantId } from '../domain/ids.ts';
import { hashApiKeySecret, makeApiKey } from './api-key.ts';

export type MachineRole = (typeof machineRoles)[number];

export type TenantMode = 'sandbox' | 'live';

/** A tenant without a key; audited. Made by the owner's role: the app role may not write tenants. */
export async function createTenant(sql: Sql, tenant: { name: string; mode: TenantMode }): Promise<TenantId> {
  const tenantId = newId('tenant');
  await sql.begin(async (tx) => {
    await tx`insert into tenants (tenant_id, name, mode) values (${tenantId}, ${tenant.name}, ${tenant.mode})`;
    await tx`insert into invoice_counters (tenant_id, last_number) values (${tenantId}, 0)`;
    await tx`insert into audit_log (tenant_id, id, at, actor, action, resource_id)
      values (${tenantId}, ${newId('event')}, now(), 'operator', 'tenant.created', ${tenantId})`;
  });
  return tenantId;
}

/** A key bound to one tenant; audited. Its text is returned once and stored nowhere. Null: there is no such tenant. */
export async function issueApiKey(
  sql: Sql,
  key: { tenantId: TenantId; role: MachineRole; owner: string; keySecret: string },
): Promise<string | null> {
  const { tenantId, role, owner } = key;
  const [tenant] = await sql<{ mode: TenantMode }[]>`select mode from tenants where tenant_id = ${tenantId}`;
  if (!tenant) return null;
  const made = makeApiKey(tenant.mode);
  await sql.begin(async (tx) => {
    await tx`insert into api_keys (tenant_id, id, secret_hash, owner, role)
      values (${tenantId}, ${made.id}, ${hashApiKeySecret(made.secret, key.keySecret)}, ${owner}, ${role})`;
    await tx`insert into audit_log (tenant_id, id, at, actor, action, resource_id, details)
      values (${tenantId}, ${newId('event')}, now(), 'operator', 'api_key.issued', ${made.id}, ${tx.json({ owner, role })})`;
  });
  return made.text;
}
