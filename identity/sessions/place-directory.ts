import type { Sql } from '../../db/database.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import type { CustomerId, TenantId, UserId } from '../../domain/ids.ts';
import { SECOND_MS } from '../../domain/instant.ts';

/** A user's place in a tenant. */
export interface Place {
  tenantId: TenantId;
  tenantName: string;
  tenantMode: 'sandbox' | 'live';
  tenantStatus: 'active' | 'suspended' | 'deleting' | 'deleted';
  role: string;
}

export interface CustomerStanding {
  status: 'active' | 'inactive';
  tenantStatus: Place['tenantStatus'];
}

/** What a session is worth now, at most two seconds old: a removed member, a changed role is seen within five. */
export interface PlaceDirectory {
  placesOf(userId: UserId): Promise<Place[]>;
  standingOf(tenantId: TenantId, customerId: CustomerId): Promise<CustomerStanding | null>;
}

const keptMs = 2 * SECOND_MS;
const entriesMax = 10_000;

export function createPlaceDirectory(database: TenantDatabase): PlaceDirectory {
  const { sql } = database;
  const places = keepBriefly<Place[]>();
  const standings = keepBriefly<CustomerStanding | null>();
  return {
    placesOf: (userId) => places(userId, () => findPlaces(sql, userId)),
    standingOf: (tenantId, customerId) =>
      standings(`${tenantId} ${customerId}`, () =>
        readAsTenant(database, tenantId, (asTenant) => findStanding(asTenant, customerId)),
      ),
  };
}

/** Asks once for many at the same time, and again only when the answer is two seconds old. A failure is not kept. */
function keepBriefly<T>(): (key: string, find: () => Promise<T>) => Promise<T> {
  const kept = new Map<string, { found: Promise<T>; until: number }>();
  return (key, find) => {
    const known = kept.get(key);
    if (known && known.until > performance.now()) return known.found;
    if (kept.size >= entriesMax) kept.clear();
    const found = find();
    const entry = { found, until: performance.now() + keptMs };
    kept.set(key, entry);
    found.catch(() => {
      if (kept.get(key) === entry) kept.delete(key);
    });
    return found;
  };
}

async function findPlaces(sql: Sql, userId: UserId): Promise<Place[]> {
  const rows = await sql<Place[]>`
    select tenant_id, tenant_name, tenant_mode, tenant_status, role from find_memberships(${userId})
    order by tenant_name, tenant_id`;
  return rows.map(({ tenantId, tenantName, tenantMode, tenantStatus, role }) => ({
    ...{ tenantId, tenantName, tenantMode, tenantStatus, role },
  }));
}

function findStanding(sql: Sql, id: CustomerId): PromiseLike<CustomerStanding | null> {
  return sql<CustomerStanding[]>`
    select c.status, t.status as tenant_status from customers c join tenants t on t.tenant_id = c.tenant_id
    where c.id = ${id}`.then(([row]) => row ?? null);
}
