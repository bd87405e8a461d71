import type { Sql } from '../../db/database.ts';
import type { UserId } from '../../domain/ids.ts';
import { platformScope } from '../principal.ts';
import { auditIn } from './audit-account.ts';
import { findUserByEmail, listPlaces, lockUser } from './user-rows.ts';
import { voidGrants, voidResetLinks } from './void-access.ts';

/**
 * Takes the platform from an operator, by whoever holds the owner's role; with `closes` the account too, in each tenant it opens.
 * What applications were granted, and every open link, is void with it; sessions and tokens are worth nothing at their next call.
 * Null where nobody has that address. What is so already stays as it is, and is not told again.
 */
export async function removeOperator(
  owner: Sql,
  wanted: { email: string; closes: boolean },
): Promise<{ userId: UserId; tenantCount: number } | null> {
  return owner.begin(async (tx) => {
    const found = await findUserByEmail(tx, wanted.email);
    const user = found && (await lockUser(tx, found.id));
    if (user === null) return null;
    const status = wanted.closes ? 'disabled' : user.status;
    const places = await listPlaces(tx, user.id);
    const removed = { userId: user.id, tenantCount: places.length };
    if (!user.isOperator && status === user.status) return removed;
    await tx`update identity.users set is_operator = false, status = ${status} where id = ${user.id}`;
    await voidResetLinks(tx, user.id);
    await voidGrants(tx, user.id);
    const details = {
      before: { is_operator: user.isOperator, status: user.status },
      after: { is_operator: false, status },
    };
    // That somebody was an operator is the platform's; that an account is closed concerns each of its tenants.
    const told = status === user.status ? [] : places.map(({ tenantId }) => tenantId);
    const entry = { action: 'user.changed', actor: 'operator', requestId: null, details };
    for (const tenantId of [platformScope, ...told]) await auditIn(tx, tenantId, user, entry);
    return removed;
  });
}
