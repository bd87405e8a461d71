import type { Sql, Transaction } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { platformScope } from '../principal.ts';
import { findUserByEmail, lockUser, type UserRow } from './user-rows.ts';
import { voidGrants, voidResetLinks } from './void-access.ts';

const audit = { tenantId: platformScope, actor: 'operator', requestId: null };

/**
 * A user made by the owner's role, without an invitation: the first of a tenant, or an operator. One there is already stays as it is,
 * unless it is to be an operator and is none, or closed: then it is raised, and nothing that opened it before opens it any more. Audited.
 */
export async function provisionUser(
  owner: Sql,
  wanted: { email: string; name: string; passwordHash: string | null; isOperator: boolean },
  endSessions: (userId: UserId) => Promise<void> = async () => undefined,
): Promise<{ userId: UserId; isRaised: boolean }> {
  const { email, name, passwordHash, isOperator } = wanted;
  const provisioned = await owner.begin(async (tx) => {
    const found = await findUserByEmail(tx, email);
    const known = found && (await lockUser(tx, found.id));
    if (known !== null) {
      const isRaised = isOperator && (!known.isOperator || known.status !== 'active');
      if (isRaised) {
        await raiseToOperator(tx, known, passwordHash);
        // Where what was signed in cannot be ended, nothing changes.
        await endSessions(known.id);
      }
      return { userId: known.id, isRaised };
    }
    const id = newId('user');
    const changedAt = passwordHash === null ? null : new Date();
    await tx`insert into identity.users (id, email, name, password_hash, password_changed_at, is_operator)
      values (${id}, ${email}, ${name}, ${passwordHash}, ${changedAt}, ${isOperator})`;
    const details = { is_operator: isOperator };
    await writeAudit(tx, { ...audit, action: 'user.created', resourceId: id, details });
    return { userId: id, isRaised: false };
  });
  // Once more, for who signed in by the old password before this was committed.
  if (provisioned.isRaised) await endSessions(provisioned.userId);
  return provisioned;
}

/**
 * An invitation proves no address: whoever holds this account may be another than who is meant. So its password, its second factor
 * and whatever was opened by them are void, and who is meant sets a password by a link of the platform's own.
 */
async function raiseToOperator(tx: Transaction, known: UserRow, passwordHash: string | null): Promise<void> {
  await tx`
    update identity.users set is_operator = true, status = 'active', password_hash = ${passwordHash},
      password_changed_at = clock_timestamp(), totp_secret = null, sealed_by = null, totp_enabled_at = null, totp_last_step = null
    where id = ${known.id}`;
  await tx`delete from identity.recovery_codes where user_id = ${known.id}`;
  await voidResetLinks(tx, known.id);
  await voidGrants(tx, known.id);
  const details = {
    before: { is_operator: known.isOperator, status: known.status, has_password: known.passwordHash !== null },
    after: { is_operator: true, status: 'active', has_password: passwordHash !== null },
  };
  await writeAudit(tx, { ...audit, action: 'user.changed', resourceId: known.id, details });
}

/** A place in a tenant, where the user has none there yet. Audited. */
export async function provisionPlace(
  owner: Sql,
  place: { tenantId: TenantId; userId: UserId; email: string; name: string; role: string },
): Promise<void> {
  await owner.begin(async (tx) => {
    const { tenantId, userId, email, name, role } = place;
    const made = await tx`
      insert into memberships (tenant_id, id, email, name, role) values (${tenantId}, ${userId}, ${email}, ${name}, ${role})
      on conflict (tenant_id, id) do nothing returning 1`;
    if (made.length === 0) return;
    const details = { email, role };
    await writeAudit(tx, { ...audit, tenantId, action: 'user.added', resourceId: userId, details });
  });
}
