import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Sql } from '../../db/database.ts';
import { parseId } from '../../db/new-id.ts';
import { oauthClientPurpose } from '../../db/queries/oauth-clients.ts';
import { narrow } from '../../domain/access/narrow.ts';
import { isPermission } from '../../domain/access/permissions.ts';
import type { OauthClientId, TenantId } from '../../domain/ids.ts';
import type { Sealer } from '../../runtime/sealer.ts';
import { failClosed } from './fail-closed.ts';
import { permissionsOfRole } from './permissions-of-role.ts';

/** What the platform knows of a client beside the metadata of the standard. */
export const clientExtras = ['redcore_tenant_id', 'redcore_role', 'redcore_permissions'] as const;

interface ClientRow {
  tenantId: TenantId;
  id: OauthClientId;
  name: string;
  authMethod: 'client_secret_basic' | 'private_key_jwt' | 'none';
  grantTypes: string[];
  redirectUris: string[];
  secret: Uint8Array | null;
  sealedBy: string | null;
  jwks: { keys: object[] } | null;
  role: string;
  scopes: string[] | null;
}

/** Clients of businesses, read only: they are made and revoked over REST. One that is revoked, or whose tenant is not active, is unknown. */
export function createClientRecords(parts: { sql: Sql; sealer: Sealer }): Adapter {
  const { sql, sealer } = parts;
  const refuse = async (): Promise<never> => {
    throw new Error('clients are not written by the OAuth2 server');
  };

  async function find(text: string): Promise<AdapterPayload | undefined> {
    const id = parseId('oauthClient', text);
    if (id === null) return undefined;
    const [row] = await sql<ClientRow[]>`
      select c.tenant_id, c.id, c.name, c.auth_method, c.grant_types, c.redirect_uris, c.secret, c.sealed_by, c.jwks,
             c.role, c.scopes
      from oauth_clients c join tenants t on t.tenant_id = c.tenant_id
      where c.id = ${id} and c.revoked_at is null and t.status = 'active'`;
    if (row === undefined) return undefined;
    const permissions = narrow(
      await permissionsOfRole(sql, row.tenantId, row.role),
      row.scopes === null ? null : row.scopes.filter(isPermission),
    );
    return metadataOf(row, sealer, [...permissions]);
  }

  return {
    find: (id) => failClosed(() => find(id)),
    upsert: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
    findByUid: refuse,
    findByUserCode: refuse,
  };
}

function metadataOf(row: ClientRow, sealer: Sealer, permissions: string[]): AdapterPayload {
  const { secret, sealedBy, jwks } = row;
  const signsIn = row.grantTypes.includes('authorization_code');
  return {
    client_id: row.id,
    client_name: row.name,
    token_endpoint_auth_method: row.authMethod,
    grant_types: row.grantTypes,
    response_types: signsIn ? ['code'] : [],
    redirect_uris: row.redirectUris,
    post_logout_redirect_uris: row.redirectUris,
    ...(secret === null || sealedBy === null
      ? {}
      : { client_secret: sealer.open({ sealed: secret, sealedBy }, oauthClientPurpose(row)) }),
    ...(jwks === null ? {} : { jwks: jwks as never }),
    redcore_tenant_id: row.tenantId,
    redcore_role: row.role,
    redcore_permissions: permissions,
  };
}
