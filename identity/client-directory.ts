import { readAsTenant, type TenantDatabase } from '../db/with-tenant.ts';
import type { OauthClientId, TenantId } from '../domain/ids.ts';
import { createCachedLookUp, type SharedCache } from './cached-look-up.ts';
import type { ClientDirectory, ClientFacts } from './directories.ts';

/** Clients of the OAuth2 server as the app role sees them, each in its own tenant alone. */
export function createClientDirectory(parts: { database: TenantDatabase; shared?: SharedCache }): ClientDirectory {
  const find = createCachedLookUp<ClientFacts>({
    shared: parts.shared,
    async find(name) {
      const [, tenantId = '', id = ''] = name.split(':');
      const [row] = await readAsTenant(
        parts.database,
        tenantId as TenantId,
        (sql) => sql<ClientFacts[]>`
          select c.role, c.scopes, t.status as tenant_status from oauth_clients c join tenants t on t.tenant_id = c.tenant_id
          where c.tenant_id = ${tenantId} and c.id = ${id} and c.revoked_at is null`,
      );
      return row ? { ...row } : null;
    },
  });
  return { find: (tenantId, id) => find(clientCacheName(tenantId, id)) };
}

/** Where other processes find what is kept of a client. */
export function clientCacheName(tenantId: TenantId, id: OauthClientId): string {
  return `oauth-client:${tenantId}:${id}`;
}
