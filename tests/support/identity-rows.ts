import type { Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import { oauthClientPurpose } from '../../db/queries/oauth-clients.ts';
import type { BuiltInRole } from '../../domain/access/roles.ts';
import type { OauthClientId, TenantId, UserId } from '../../domain/ids.ts';
import { makeClientSecret } from '../../identity/issue-oauth-client.ts';
import { testSealing } from './test-sealer.ts';

export interface TestClient {
  id: OauthClientId;
  secret: string;
}

export interface NewClient {
  authMethod: 'client_secret_basic' | 'private_key_jwt' | 'none';
  grantTypes: string[];
  redirectUris: string[];
  jwks: object | null;
  role: string;
  scopes: string[] | null;
}

/** A user with a place in a tenant, who has no password. */
export async function insertUser(
  owner: Sql,
  tenantId: TenantId,
  role: BuiltInRole,
): Promise<{ userId: UserId; email: string }> {
  const userId = newId('user');
  const email = `${userId}@example.com`;
  await owner`insert into identity.users (id, email, name) values (${userId}, ${email}, 'Ada Test')`;
  await owner`insert into memberships (tenant_id, id, email, role) values (${tenantId}, ${userId}, ${email}, ${role})`;
  return { userId, email };
}

/** A client as the REST calls would make it. */
export async function insertClient(owner: Sql, tenantId: TenantId, given: Partial<NewClient>): Promise<TestClient> {
  const client: NewClient = {
    ...{ authMethod: 'client_secret_basic', grantTypes: ['client_credentials'], redirectUris: [], jwks: null },
    ...{ role: 'integrator', scopes: null },
    ...given,
  };
  const id = newId('oauthClient');
  const secret = makeClientSecret();
  const sealed =
    client.authMethod === 'client_secret_basic'
      ? testSealing.sealer.seal(secret, oauthClientPurpose({ tenantId, id }))
      : null;
  await owner`
    insert into oauth_clients (tenant_id, id, name, auth_method, grant_types, redirect_uris, secret, sealed_by, jwks, role,
                               scopes, created_by)
    values (${tenantId}, ${id}, 'An application', ${client.authMethod}, ${client.grantTypes}, ${client.redirectUris},
            ${sealed === null ? null : Buffer.from(sealed.sealed)}, ${sealed?.sealedBy ?? null},
            ${client.jwks === null ? null : owner.json(client.jwks as never)}, ${client.role}, ${client.scopes}, 'test')`;
  return { id, secret };
}
