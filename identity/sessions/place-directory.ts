import type { Sql } from '../../db/database.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import type { CustomerId, TenantId, UserId } from '../../domain/ids.ts';
import { createCachedLookUp } from '../cached-look-up.ts';

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

export function createPlaceDirectory(database: TenantDatabase): PlaceDirectory {
  const { sql } = database;
  const places = createCachedLookUp<Place[]>({ find: (userId) => findPlaces(sql, userId as UserId) });
  const standings = createCachedLookUp<CustomerStanding>({
    async find(name) {
      const [tenantId, customerId] = name.split(' ') as [TenantId, CustomerId];
      return readAsTenant(database, tenantId, (asTenant) => findStanding(asTenant, customerId));
    },
  });
  return {
    placesOf: async (userId) => (await places(userId)) ?? [],
    standingOf: async (tenantId, customerId) => standings(`${tenantId} ${customerId}`),
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
