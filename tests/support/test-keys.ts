import type { AccessParts } from '../../billing/access/access-call.ts';
import type { Sql } from '../../db/database.ts';
import type { BuiltInRole } from '../../domain/access/roles.ts';
import type { CustomRoleId, TenantId } from '../../domain/ids.ts';
import { createAccessParts } from '../../identity/access-parts.ts';
import { hashApiKeySecret, makeApiKey } from '../../identity/api-key.ts';
import { createAuthenticator } from '../../identity/authenticate.ts';
import { createApiKeyAuthenticator } from '../../identity/authenticate-api-key.ts';
import type { SharedCache } from '../../identity/cached-look-up.ts';
import type { Authenticate } from '../../identity/principal.ts';
import { createRoleDirectory } from '../../identity/role-directory.ts';
import type { AuthenticateSession } from '../../identity/sessions/authenticate-session.ts';
import { admitOperator } from './operator.ts';

export const testKeySecret = 'the key secret of a test';

/** As of a server of its own, and for the operator of the tests; with a cache other servers share, and sessions, if given. */
export function openTestAuthenticator(
  sql: Sql,
  given: { shared?: SharedCache; sessions?: AuthenticateSession } = {},
): Authenticate {
  const { shared, sessions } = given;
  const roles = createRoleDirectory({ database: { sql }, ...(shared && { shared }) });
  const apiKeys = createApiKeyAuthenticator({ sql, roles, keySecret: testKeySecret, ...(shared && { shared }) });
  return admitOperator(createAuthenticator({ apiKeys, sessions }));
}

export function openTestAccess(shared?: SharedCache): AccessParts {
  return createAccessParts({ keySecret: testKeySecret, ...(shared && { shared }) });
}

/** A further key of a tenant, with a role of its own. */
export async function insertTestKey(owner: Sql, tenantId: TenantId, role: BuiltInRole | CustomRoleId): Promise<string> {
  const [tenant] = await owner<[{ mode: 'sandbox' | 'live' }]>`select mode from tenants where tenant_id = ${tenantId}`;
  const key = makeApiKey(tenant.mode);
  await owner`insert into api_keys (tenant_id, id, secret_hash, owner, role)
    values (${tenantId}, ${key.id}, ${hashApiKeySecret(key.secret, testKeySecret)}, 'test', ${role})`;
  return key.text;
}
