import { randomBytes } from 'node:crypto';
import type { Sql } from '../db/database.ts';
import { newId, parseId } from '../db/new-id.ts';
import { writeAudit } from '../db/queries/audit-log.ts';
import { oauthClientPurpose } from '../db/queries/oauth-clients.ts';
import type { OauthClientId, TenantId } from '../domain/ids.ts';
import type { Sealer } from '../runtime/sealer.ts';

/** 256 bits, spelt so that it needs no escaping in a header or a form. */
export function makeClientSecret(): string {
  return `rcs_${randomBytes(32).toString('base64url')}`;
}

/** A machine's client, made by the owner's role; audited. Its secret is returned once, and kept sealed. */
export async function issueOauthClient(
  sql: Sql,
  client: { tenantId: TenantId; name: string; role: 'admin' | 'integrator'; sealer: Sealer },
): Promise<{ id: OauthClientId; secret: string }> {
  const { tenantId, name, role, sealer } = client;
  const id = newId('oauthClient');
  const secret = makeClientSecret();
  const { sealed, sealedBy } = sealer.seal(secret, oauthClientPurpose({ tenantId, id }));
  await sql.begin(async (tx) => {
    await tx`
      insert into oauth_clients (tenant_id, id, name, auth_method, grant_types, secret, sealed_by, role, created_by)
      values (${tenantId}, ${id}, ${name}, 'client_secret_basic', ${['client_credentials']}, ${Buffer.from(sealed)},
              ${sealedBy}, ${role}, 'operator')`;
    const entry = { tenantId, actor: 'operator', action: 'oauth_client.created', resourceId: id, requestId: null };
    await writeAudit(tx, { ...entry, details: { name, role } });
  });
  return { id, secret };
}

/** Whether it is there and neither revoked nor another tenant's. */
export async function isOauthClientOf(sql: Sql, tenantId: TenantId, text: string): Promise<boolean> {
  const id = parseId('oauthClient', text);
  if (id === null) return false;
  const [row] = await sql`
    select 1 from oauth_clients where tenant_id = ${tenantId} and id = ${id} and revoked_at is null`;
  return row !== undefined;
}
