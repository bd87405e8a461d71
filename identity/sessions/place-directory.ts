import type { Sql } from '../../db/database.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import type { CustomerId, TenantId, UserId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
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

/** What an account is worth now. */
export interface AccountFacts {
  isOperator: boolean;
  passwordChangedAt: Instant | null;
  places: Place[];
}

/** What a session or token of a person is worth now, at most two seconds old: who was removed or demoted is seen within five. */
export interface PlaceDirectory {
  /** Null where the account is closed, or gone. */
  accountOf(userId: UserId): Promise<AccountFacts | null>;
  placesOf(userId: UserId): Promise<Place[]>;
  standingOf(tenantId: TenantId, customerId: CustomerId): Promise<CustomerStanding | null>;
}

export function createPlaceDirectory(database: TenantDatabase): PlaceDirectory {
  const { sql } = database;
  const accounts = createCachedLookUp<AccountFacts>({ find: (userId) => findAccount(sql, userId as UserId) });
  const standings = createCachedLookUp<CustomerStanding>({
    async find(name) {
      const [tenantId, customerId] = name.split(' ') as [TenantId, CustomerId];
      return readAsTenant(database, tenantId, (asTenant) => findStanding(asTenant, customerId));
    },
  });
  return {
    accountOf: async (userId) => accounts(userId),
    placesOf: async (userId) => (await accounts(userId))?.places ?? [],
    standingOf: async (tenantId, customerId) => standings(`${tenantId} ${customerId}`),
  };
}

type FoundAccount = Pick<AccountFacts, 'isOperator' | 'passwordChangedAt'> & { [K in keyof Place]: Place[K] | null };

/** One statement for all of it, as it stands in the place of the one for memberships alone. */
async function findAccount(sql: Sql, userId: UserId): Promise<AccountFacts | null> {
  const rows = await sql<FoundAccount[]>`
    select a.is_operator, a.password_changed_at, m.tenant_id, m.tenant_name, m.tenant_mode, m.tenant_status, m.role
    from find_account(${userId}) a left join find_memberships(${userId}) m on true
    order by m.tenant_name, m.tenant_id`;
  const [account] = rows;
  if (account === undefined) return null;
  const places = rows.flatMap(({ tenantId, tenantName, tenantMode, tenantStatus, role }) =>
    tenantId === null ? [] : [{ tenantId, tenantName, tenantMode, tenantStatus, role } as Place],
  );
  return { isOperator: account.isOperator, passwordChangedAt: account.passwordChangedAt, places };
}

function findStanding(sql: Sql, id: CustomerId): PromiseLike<CustomerStanding | null> {
  return sql<CustomerStanding[]>`
    select c.status, t.status as tenant_status from customers c join tenants t on t.tenant_id = c.tenant_id
    where c.id = ${id}`.then(([row]) => row ?? null);
}
