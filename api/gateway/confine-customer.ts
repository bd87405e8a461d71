import type { RouteContract } from '../../contracts/rest/route.ts';
import { findOwned, findVisiblePlans, isOwnedKind, type OwnedKind } from '../../db/queries/owned-by-customer.ts';
import { readAsTenant, type TenantDatabase } from '../../db/with-tenant.ts';
import type { CustomerId, TenantId } from '../../domain/ids.ts';
import { idOrUnknown, kindOfName, type ResourceKind } from '../route.ts';
import type { ReadRequest } from './read-request.ts';

interface NamedId {
  kind: ResourceKind;
  id: string;
}

interface Customer {
  tenantId: TenantId;
  customerId: CustomerId;
}

/**
 * What a customer names that is not its own becomes an id that names nothing, in the path and in the body, before anything looks it
 * up: so another customer's takes the same way to the same answer as an unknown one. Lists are narrowed to the customer.
 */
export async function confineCustomer(
  database: TenantDatabase,
  customer: Customer,
  call: { contract: RouteContract; ids: readonly NamedId[]; read: ReadRequest },
): Promise<NamedId[]> {
  const { contract, ids, read } = call;
  const said = idsIn(read.body);
  const own = await findOwn(database, customer, [...ids, ...said]);
  const orUnknown = ({ kind, id }: NamedId) => (own(kind, id) ? id : (idOrUnknown(kind, '') as string));
  for (const { name, ...named } of said) (read.body as Record<string, unknown>)[name] = orUnknown(named);
  if (read.query !== undefined) read.query = { ...(read.query as object), ...filtersOf(contract, customer) };
  return ids.map((named) => ({ kind: named.kind, id: orUnknown(named) }));
}

function idsIn(body: unknown): (NamedId & { name: string })[] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([name, id]) => {
    const kind = kindOfName(name);
    return kind && typeof id === 'string' ? [{ name, kind, id }] : [];
  });
}

function filtersOf({ query, forCustomers }: RouteContract, { customerId }: Customer): Record<string, string> {
  const shape = (query as { shape?: Record<string, unknown> } | undefined)?.shape ?? {};
  return { ...('customer_id' in shape ? { customer_id: customerId } : {}), ...forCustomers?.filters };
}

/** A kind nobody thought of belongs to nobody. */
async function findOwn(
  database: TenantDatabase,
  { tenantId, customerId }: Customer,
  all: readonly NamedId[],
): Promise<(kind: ResourceKind, id: string) => boolean> {
  const rows = all.filter((named): named is { kind: OwnedKind; id: string } => isOwnedKind(named.kind));
  const plans = all.filter(({ kind }) => kind === 'plan').map(({ id }) => id);
  const none = new Set<string>();
  const [owned, visible] = await Promise.all([
    rows.length === 0 ? none : readAsTenant(database, tenantId, (sql) => findOwned(sql, customerId, rows)),
    plans.length === 0 ? none : readAsTenant(database, tenantId, (sql) => findVisiblePlans(sql, customerId, plans)),
  ]);
  return (kind, id) => {
    if (kind === 'customer') return id === customerId;
    // Its route ends the holder's own sessions alone.
    if (kind === 'session') return true;
    return kind === 'plan' ? visible.has(id) : owned.has(id);
  };
}
