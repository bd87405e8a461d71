import { isInfrastructureError } from '../../db/database.ts';
import type { InboxEntry } from '../../db/queries/inbox.ts';
import { storeInInbox } from '../../db/queries/inbox.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import type { EventId, TenantId } from '../../domain/ids.ts';
import { createMicroBatch } from '../../runtime/micro-batch.ts';

/** `refused`: PostgreSQL cannot hold it, and never will. */
export type Written = 'stored' | 'known' | 'unknown_tenant' | 'refused';

export interface InboxWriter {
  /** After the commit. Rejects where the database is away. */
  write(tenantId: TenantId, entry: InboxEntry): Promise<Written>;
}

/** At some hundreds a second it saves most of the commits, and costs a caller less than its network does. */
const windowMs = 8;
const countMax = 100;

/** What one tenant is sent within some milliseconds is stored in one transaction. */
export function createInboxWriter(database: TenantDatabase): InboxWriter {
  const batch = createMicroBatch<InboxEntry, Written>({
    windowMs,
    countMax,
    run: (tenantId, entries) => writeAll(database, tenantId as TenantId, entries),
  });
  return { write: (tenantId, entry) => batch.add(tenantId, entry) };
}

async function writeAll(
  database: TenantDatabase,
  tenantId: TenantId,
  entries: readonly InboxEntry[],
): Promise<Written[]> {
  try {
    const stored = await storeInInbox(database, tenantId, entries);
    return entries.map(({ id }) => (stored.has(id as EventId) ? 'stored' : 'known'));
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
    const { code } = error as { code?: unknown };
    if (code === '23503') return entries.map(() => 'unknown_tenant');
    const [only, ...others] = entries;
    if (only !== undefined && others.length > 0) {
      // One that cannot be stored must not cost the others their place.
      const written: Written[] = [];
      for (const entry of entries) written.push(...(await writeAll(database, tenantId, [entry])));
      return written;
    }
    if (typeof code === 'string' && code.startsWith('22')) return ['refused'];
    throw error;
  }
}
