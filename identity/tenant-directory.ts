import { readAsTenant, type TenantDatabase } from '../db/with-tenant.ts';
import type { TenantId } from '../domain/ids.ts';
import { createCachedLookUp, type SharedCache } from './cached-look-up.ts';
import type { TenantDirectory, TenantFacts } from './directories.ts';

const prefix = 'tenant:';

/** Tenants as the app role sees them, each its own row alone. */
export function createTenantDirectory(parts: { database: TenantDatabase; shared?: SharedCache }): TenantDirectory {
  const find = createCachedLookUp<TenantFacts>({
    shared: parts.shared,
    async find(name) {
      const id = name.slice(prefix.length) as TenantId;
      const [row] = await readAsTenant(
        parts.database,
        id,
        (sql) => sql<TenantFacts[]>`select mode, status, limits from tenants where tenant_id = ${id}`,
      );
      return row ? { ...row } : null;
    },
  });
  return { find: (tenantId) => find(prefix + tenantId) };
}
