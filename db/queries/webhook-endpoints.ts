import type { TenantId, WebhookEndpointId } from '../../domain/ids.ts';
import { type Instant, SECOND_MS } from '../../domain/instant.ts';
import type { Sql } from '../database.ts';
import { type TenantDatabase, withTenant } from '../with-tenant.ts';
import { endingWithItsHost, lockClasses } from './advisory-locks.ts';

export interface EndpointRow {
  tenantId: TenantId;
  id: WebhookEndpointId;
  mode: 'test' | 'live';
  settings: Record<string, string>;
  /** Sealed. */
  secret: Uint8Array;
  sealedBy: string;
}

/** Active ones of active tenants, two at most: the caller sees whether it is one. As the app role, with no tenant set. */
export function findEndpoints(
  sql: Sql,
  wanted: { provider: string; id: string | null; accountRef: string | null },
): Promise<EndpointRow[]> {
  return sql<EndpointRow[]>`
    select * from find_webhook_endpoints(${wanted.provider}, ${wanted.id}, ${wanted.accountRef})`;
}

/**
 * Endpoints whose provider was not asked for missed events within `intervalMs`, the longest waiting first. As the system role, and by
 * PostgreSQL's clock, which wrote when they were.
 */
export function findBehindEndpoints(
  system: Sql,
  wanted: { providers: readonly string[]; intervalMs: number; except: readonly string[]; limit: number },
): Promise<{ tenantId: TenantId; id: WebhookEndpointId; provider: string }[]> {
  return system`
    select tenant_id, id, provider from webhook_endpoints
    where status = 'active' and provider = any(${wanted.providers as string[]}::text[])
      and id <> all(${wanted.except as string[]}::text[]) and coalesce(caught_up_at, '-infinity') < clock_timestamp() - make_interval(secs => ${wanted.intervalMs / SECOND_MS})
    order by caught_up_at nulls first, id limit ${wanted.limit}`;
}

/** What one process at a time does. */
export const alone = { catchingUp: 0, erasing: 1 };

/** Runs `work` unless another session is at it: 0 then. `leader` is a pool of one direct connection, which holds the lock. */
export async function whileAlone(
  leader: Sql,
  work: () => Promise<number>,
  key: number = alone.catchingUp,
): Promise<number> {
  const [lock] = await leader<[{ isMine: boolean }]>`
    select pg_try_advisory_lock(${lockClasses.alone}, ${key}) as is_mine, ${endingWithItsHost(leader)}`;
  if (!lock.isMine) return 0;
  try {
    return await work();
  } finally {
    await leader`select pg_advisory_unlock(${lockClasses.alone}, ${key})`;
  }
}

export interface CatchUpPoint {
  id: string;
  provider: string;
  /** Everything before it is in the inbox. */
  since: Instant;
  now: Instant;
  /** False for the operator's own endpoint, which has no row to note anything in. */
  isStored: boolean;
}

/**
 * The tenant's active endpoints, each with where to go on from; a sandbox tenant has the one of the operator's sandbox provider
 * too, whose last day counts.
 */
export function readCatchUpPoints(database: TenantDatabase, tenantId: TenantId): Promise<CatchUpPoint[]> {
  return withTenant(
    database,
    tenantId,
    ({ sql }) => sql<CatchUpPoint[]>`
      select id, provider, coalesce(caught_up_at, created_at) as since, now() as now, true as is_stored
      from webhook_endpoints where tenant_id = ${tenantId} and status = 'active'
      union all
      select 'default', 'sandbox', now() - interval '1 day', now(), false
      from tenants where tenant_id = ${tenantId} and mode = 'sandbox'
      order by id`,
  );
}

/** Never back: of two that catch up at once the later one counts. */
export async function noteCaughtUp(
  database: TenantDatabase,
  tenantId: TenantId,
  endpoint: { id: string; at: Instant },
): Promise<void> {
  await withTenant(
    database,
    tenantId,
    ({ sql }) => sql`
      update webhook_endpoints set caught_up_at = greatest(caught_up_at, ${new Date(endpoint.at)}::timestamptz)
      where tenant_id = ${tenantId} and id = ${endpoint.id}`,
  );
}
