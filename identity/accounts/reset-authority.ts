import type { Sql, Transaction } from '../../db/database.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { assertNever } from '../../domain/invariant.ts';
import { permissionsOfRole } from '../oidc/permissions-of-role.ts';
import type { Principal } from '../principal.ts';
import { listPlaces, type Place, type UserRow } from './user-rows.ts';

/**
 * By whose word a link to set a password is good, kept with it: whoever held the owner's role; the tenant whose senders pass on what
 * the person asked for; or who made it for a user of theirs, as what they could do then.
 */
export type ResetAuthority =
  | { by: 'owner_role' }
  | { by: 'senders'; tenantId: TenantId }
  | {
      by: 'caller';
      kind: Principal['kind'];
      tenantId: TenantId;
      actor: string;
      permissions: readonly Permission[];
      /** A session spoke, and no application. */
      isInPerson: boolean;
    };

type Caller = Extract<ResetAuthority, { by: 'caller' }>;

/**
 * Whether a link by this word opens no more than it may: asked when it is made and once more when it is used, since a place, a role
 * or the platform may have come to the account between. Null, of a link from before its maker was kept, opens nothing.
 */
export async function mayReset(sql: Sql | Transaction, user: UserRow, word: ResetAuthority | null): Promise<boolean> {
  if (word === null) return false;
  switch (word.by) {
    case 'owner_role':
      return true;
    case 'senders':
      return !user.isOperator && areOneBusiness(sql, word.tenantId, await listPlaces(sql, user.id));
    case 'caller':
      return !user.isOperator && holdsEveryPlace(sql, word, await listPlaces(sql, user.id));
    default:
      return assertNever(word);
  }
}

/** A tenant, or a live one and its sandbox. */
async function areOneBusiness(
  sql: Sql | Transaction,
  tenantId: TenantId,
  places: readonly Pick<Place, 'tenantId'>[],
): Promise<boolean> {
  const [row] = await sql<{ pairId: string | null }[]>`select pair_id from tenants where tenant_id = ${tenantId}`;
  return places.every((place) => place.tenantId === tenantId || place.tenantId === row?.pairId);
}

/** Where the link is asked for the account has a place; an operator may open its places elsewhere too, whatever they are. */
async function holdsEveryPlace(
  sql: Sql | Transaction,
  caller: Caller,
  places: readonly Pick<Place, 'tenantId' | 'role'>[],
): Promise<boolean> {
  if (!places.some(({ tenantId }) => tenantId === caller.tenantId)) return false;
  const judged = caller.kind === 'operator' ? places.filter(({ tenantId }) => tenantId === caller.tenantId) : places;
  if (!(await areOneBusiness(sql, caller.tenantId, judged))) return false;
  const own = caller.kind === 'user' ? await listPlaces(sql, caller.actor as UserId) : [];
  for (const { tenantId, role } of judged) {
    const held = await heldIn(sql, tenantId, caller, own);
    if (!(await permissionsOfRole(sql, tenantId, role)).isSubsetOf(held)) return false;
  }
  return true;
}

/**
 * A key or a client is of its one tenant, and an operator of the one that was entered. A person has the own role in each half of the
 * business, as it is now; an application of theirs no more than it was allowed.
 */
async function heldIn(
  sql: Sql | Transaction,
  tenantId: TenantId,
  { kind, isInPerson, ...caller }: Caller,
  own: readonly Place[],
): Promise<ReadonlySet<Permission>> {
  const isHere = tenantId === caller.tenantId;
  const allowed = new Set(caller.permissions);
  if (kind !== 'user') return isHere ? allowed : new Set();
  const role = own.find((place) => place.tenantId === tenantId)?.role;
  const held = role === undefined ? new Set<Permission>() : await permissionsOfRole(sql, tenantId, role);
  return isInPerson && !isHere ? held : allowed.intersection(held);
}
