import type { Sql } from '../../db/database.ts';
import type { BuiltInRole } from '../../domain/access/roles.ts';
import type { TenantId } from '../../domain/ids.ts';
import { hashApiKeySecret, makeApiKey } from '../../identity/api-key.ts';
import { createAuthenticator } from '../../identity/authenticate.ts';
import { createApiKeyAuthenticator } from '../../identity/authenticate-api-key.ts';
import type { Authenticate } from '../../identity/principal.ts';
import type { AuthenticateSession } from '../../identity/sessions/authenticate-session.ts';

export const testKeySecret = 'the key secret of a test';

export function openTestAuthenticator(sql: Sql, sessions?: AuthenticateSession): Authenticate {
  return createAuthenticator({ apiKeys: createApiKeyAuthenticator({ sql, keySecret: testKeySecret }), sessions });
}

/** A further key of a tenant, with a role of its own. */
export async function insertTestKey(owner: Sql, tenantId: TenantId, role: BuiltInRole): Promise<string> {
  const key = makeApiKey('sandbox');
  await owner`insert into api_keys (tenant_id, id, secret_hash, owner, role)
    values (${tenantId}, ${key.id}, ${hashApiKeySecret(key.secret, testKeySecret)}, 'test', ${role})`;
  return key.text;
}
