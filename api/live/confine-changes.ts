import type { Change, Told } from '../../adapters/live/port.ts';
import { type ChangeKind, permissionOfKind } from '../../contracts/rest/live.ts';
import { findOwners, isOwnedKind, type OwnedKind } from '../../db/queries/owned-by-customer.ts';
import { readAsTenant, type TenantDatabase } from '../../db/with-tenant.ts';
import type { CustomerId, TenantId } from '../../domain/ids.ts';
import type { Principal } from '../../identity/principal.ts';

/** More of one kind are told as several: whoever reads them reads a list. */
const namedMax = 50;

const ownedKindOf: Partial<Record<ChangeKind, OwnedKind>> = {
  subscription: 'subscription',
  payment: 'payment',
  invoice: 'invoice',
  payment_method: 'paymentMethod',
};

/** What a principal may know of what was told: kinds it may read, of a customer its own alone. */
export type ConfineChanges = (principal: Principal, told: Told) => Promise<Change[]> | Change[];

export function createConfinement(database: TenantDatabase): ConfineChanges {
  // Told to many customers at once, and looked up once.
  const known = new WeakMap<Told, Promise<ReadonlyMap<string, CustomerId>>>();

  function ownersOf(tenantId: TenantId, told: Told): Promise<ReadonlyMap<string, CustomerId>> {
    const finding = known.get(told) ?? lookUp(tenantId, told);
    known.set(told, finding);
    return finding;
  }

  async function lookUp(tenantId: TenantId, { changes }: Told): Promise<ReadonlyMap<string, CustomerId>> {
    const byKind = Map.groupBy(changes, ({ kind }) => ownedKindOf[kind]);
    const named = [...byKind].flatMap(([kind, all]) => {
      const ids = all.flatMap(({ id }) => id ?? []);
      return kind !== undefined && isOwnedKind(kind) && ids.length > 0 ? [{ kind, ids }] : [];
    });
    return named.length === 0 ? new Map() : readAsTenant(database, tenantId, (sql) => findOwners(sql, named));
  }

  return ({ tenantId, permissions, customerId }, told) => {
    const readable = told.changes.filter(({ kind }) => permissions.has(permissionOfKind[kind]));
    if (customerId === null) return shorten(readable);
    if (readable.length === 0) return [];
    return ownersOf(tenantId, told).then((owners) =>
      shorten(readable.flatMap((change) => ofCustomer(change, customerId, owners))),
    );
  };
}

function ofCustomer(change: Change, customerId: CustomerId, owners: ReadonlyMap<string, CustomerId>): Change[] {
  // Everybody sees what is on offer; which plan it is may be none of this customer's.
  if (change.kind === 'plan') return [{ kind: 'plan', id: null }];
  const owner = change.kind === 'customer' ? change.id : owners.get(change.id ?? '');
  return owner === customerId ? [change] : [];
}

function shorten(changes: readonly Change[]): Change[] {
  const several = (kind: ChangeKind): Change => ({ kind, id: null });
  return [...Map.groupBy(changes, ({ kind }) => kind)].flatMap(([kind, all]) =>
    all.length > namedMax || all.some(({ id }) => id === null) ? [several(kind)] : all,
  );
}
