import type { Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { platformScope } from '../principal.ts';
import { findUserByEmail } from './user-rows.ts';

/**
 * A user made by the owner's role, without an invitation: the first of a tenant, or an operator. One there is already keeps its
 * password, and is raised to what is asked for; an operator's that was closed is open again. Audited.
 */
export async function provisionUser(
  owner: Sql,
  wanted: { email: string; name: string; passwordHash: string | null; isOperator: boolean },
): Promise<UserId> {
  return owner.begin(async (tx) => {
    const { email, name, passwordHash, isOperator } = wanted;
    const known = await findUserByEmail(tx, email);
    const audit = { tenantId: platformScope, actor: 'operator', requestId: null };
    if (known !== null) {
      if (isOperator && (!known.isOperator || known.status !== 'active')) {
        await tx`update identity.users set is_operator = true, status = 'active' where id = ${known.id}`;
        const details = {
          before: { is_operator: known.isOperator, status: known.status },
          after: { is_operator: true, status: 'active' },
        };
        await writeAudit(tx, { ...audit, action: 'user.changed', resourceId: known.id, details });
      }
      return known.id;
    }
    const id = newId('user');
    const changedAt = passwordHash === null ? null : new Date();
    await tx`insert into identity.users (id, email, name, password_hash, password_changed_at, is_operator)
      values (${id}, ${email}, ${name}, ${passwordHash}, ${changedAt}, ${isOperator})`;
    const details = { is_operator: isOperator };
    await writeAudit(tx, { ...audit, action: 'user.created', resourceId: id, details });
    return id;
  });
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
    const audit = { tenantId, actor: 'operator', requestId: null, details: { email, role } };
    await writeAudit(tx, { ...audit, action: 'user.added', resourceId: userId });
  });
}
