import { noteKeyUses } from '../db/queries/api-keys.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import type { ApiKeyId, TenantId } from '../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../domain/instant.ts';
import type { Logger } from '../runtime/logger.ts';
import { startPollLoop } from '../runtime/poll-loop.ts';

export interface KeyUses {
  /** On a request's path: it remembers, and nothing else. */
  note(tenantId: TenantId, id: ApiKeyId): void;
  /** Writes what is remembered; what cannot be written is remembered still. */
  write(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * When keys were last used: each at most once a minute and process, a statement for each tenant. A process that dies takes a
 * minute of it along, which nobody decides by.
 */
export function createKeyUses(parts: { database: TenantDatabase; logger: Logger; everyMs?: number }): KeyUses {
  const { database, logger, everyMs = MINUTE_MS } = parts;
  const byTenant = new Map<TenantId, Map<ApiKeyId, Instant>>();

  function note(tenantId: TenantId, id: ApiKeyId): void {
    const uses = byTenant.get(tenantId);
    if (uses) uses.set(id, Date.now());
    else byTenant.set(tenantId, new Map([[id, Date.now()]]));
  }

  async function write(): Promise<void> {
    for (const [tenantId, uses] of [...byTenant]) {
      byTenant.delete(tenantId);
      try {
        await noteKeyUses(database, tenantId, uses);
      } catch (error) {
        byTenant.set(tenantId, new Map([...uses, ...(byTenant.get(tenantId) ?? [])]));
        throw error;
      }
    }
  }

  const loop = startPollLoop({
    tick: async () => {
      await write();
      return 'none';
    },
    delayMinMs: everyMs,
    delayMaxMs: everyMs,
    onError: (error) => logger.warn({ err: error }, 'the last use of keys could not be written'),
  });

  return {
    note,
    write,
    async stop() {
      await loop.stop();
      await write();
    },
  };
}
