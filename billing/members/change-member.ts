import type { Answer } from '../../contracts/answer.ts';
import type { UserBody } from '../../contracts/rest/users.ts';
import {
  deleteMember,
  lockMemberAndOwners,
  type MemberRow,
  updateInvitationsRevokedOf,
  updateMemberRole,
} from '../../db/queries/members.ts';
import { deleteSavedViewsOf } from '../../db/queries/saved-views.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import { DomainError } from '../../domain/errors.ts';
import type { UserId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { refuseGrant, refuseOver } from './grant-role.ts';

/**
 * Users of a tenant: each has one role there, nobody gives or takes more than they may do themselves, and an owner is always left.
 * Who the user is, and how they sign in, is the identity service's.
 */
export type CallOfMember = Call & { principal: { permissions: ReadonlySet<Permission> } };

export function changeMemberRole(
  context: BillingContext,
  call: CallOfMember,
  id: UserId,
  role: string,
): Promise<Answer> {
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const member = await lockChangeable(tx, call, id, role);
    await refuseGrant(tx, role, call.principal.permissions);
    if (member.role === role) return { status: 200, body: renderMember(member) };
    const changed = await updateMemberRole(tx, id, role);
    invariant(changed, 'a locked row is there');
    const details = { before: { role: member.role }, after: { role } };
    await insertAudits(tx, call.caller, [{ action: 'user.role_changed', resourceId: id, details }]);
    return { status: 200, body: renderMember(changed) };
  });
}

/** What was offered to the address and not taken yet goes with the place, and so do the views kept there. */
export function removeMember(context: BillingContext, call: CallOfMember, id: UserId): Promise<Answer> {
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const member = await lockChangeable(tx, call, id, null);
    await deleteMember(tx, id);
    await deleteSavedViewsOf(tx, id);
    await updateInvitationsRevokedOf(tx, member.email);
    const details = { before: { email: member.email, role: member.role } };
    await insertAudits(tx, call.caller, [{ action: 'user.removed', resourceId: id, details }]);
    return { status: 200, body: renderMember(member) };
  });
}

async function lockChangeable(
  tx: TenantTransaction,
  call: CallOfMember,
  id: UserId,
  nextRole: string | null,
): Promise<MemberRow> {
  const { member, owners } = await lockMemberAndOwners(tx, id);
  if (member === null) throw new DomainError('not_found', 'unknown user');
  await refuseOver(tx, member.role, call.principal.permissions);
  if (member.role === 'owner' && nextRole !== 'owner' && owners === 1) {
    throw new DomainError('last_owner', 'A tenant keeps at least one owner; make somebody else owner first.');
  }
  return member;
}

export function renderMember(row: MemberRow): UserBody {
  return {
    user_id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    created_at: toIso(row.createdAt),
    updated_at: toIso(row.updatedAt),
  };
}
