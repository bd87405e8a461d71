import { readAsTenant, type TenantDatabase } from '../db/with-tenant.ts';
import type { SharedKeyCache } from './authenticate-api-key.ts';
import { createBriefMemory } from './brief-memory.ts';
import type { TenantDirectory, TenantFacts } from './directories.ts';

/** Tenants as the app role sees them, each its own row alone. */
export function createTenantDirectory(parts: { database: TenantDatabase; shared?: SharedKeyCache }): TenantDirectory {
  const remembered = createBriefMemory<TenantFacts>({
    prefix: 'tenant:',
    shared: parts.shared,
    async find(id) {
      const [row] = await readAsTenant(
        parts.database,
        id as Parameters<TenantDirectory['find']>[0],
        (sql) => sql<TenantFacts[]>`select mode, status, limits from tenants where tenant_id = ${id}`,
      );
      return row ? { mode: row.mode, status: row.status, limits: row.limits } : null;
    },
  });
  return { find: remembered };
}
