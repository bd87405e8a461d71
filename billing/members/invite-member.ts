import type { Answer } from '../../contracts/answer.ts';
import type { AccountNotice } from '../../contracts/events/account-notices.ts';
import type { InvitationBody } from '../../contracts/rest/users.ts';
import { newId } from '../../db/new-id.ts';
import {
  hasMember,
  hasOpenInvitation,
  type InvitationRow,
  insertInvitation,
  lockInvitation,
  readTenantName,
  updateInvitationRevoked,
} from '../../db/queries/members.ts';
import { refuseOverQuota } from '../../db/queries/quotas.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { InvitationId } from '../../domain/ids.ts';
import { DAY_MS, type Instant, toIso } from '../../domain/instant.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { requestNotification } from '../notifications/request-notification.ts';
import type { CallOfMember } from './change-member.ts';
import { refuseGrant } from './grant-role.ts';

const lifeMs = 7 * DAY_MS;

/** Where an invitation is taken, and what is kept of its token. */
export interface InvitationLink {
  url: string;
  tokenHash: string;
}

export async function inviteMember(
  context: BillingContext,
  call: CallOfMember,
  offer: { email: string; role: string },
  link: InvitationLink,
): Promise<Answer> {
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const { email, role } = offer;
    await refuseGrant(tx, role, call.principal.permissions);
    await refuseKnown(tx, email);
    await refuseOverQuota(tx, 'users');
    const row: InvitationRow = {
      ...{ tenantId: tx.tenantId, id: newId('invitation'), email, role, tokenHash: link.tokenHash, status: 'open' },
      ...{ invitedBy: call.caller.actor, createdAt: tx.now, expiresAt: tx.now + lifeMs, acceptedAt: null },
    };
    await insertInvitation(tx, row);
    await insertAudits(tx, call.caller, [{ action: 'user.invited', resourceId: row.id, details: { email, role } }]);
    await requestNotification(tx, { origin: 'api', kind: 'invitation', details: await noticeOf(tx, row, link.url) });
    return { status: 201, body: { ...renderInvitation(row, tx.now), url: null } };
  });
  if (answer.status !== 201 || answer.replayed) return answer;
  // What is stored under the key has no link: a replay shows none.
  return { ...answer, body: { ...(answer.body as object), url: link.url } };
}

async function refuseKnown(tx: TenantTransaction, email: string): Promise<void> {
  if (await hasMember(tx, email)) throw new DomainError('already_exists', 'There is a user of this address already.');
  if (await hasOpenInvitation(tx, email)) {
    throw new DomainError('already_exists', 'This address has an open invitation; withdraw it first.');
  }
}

async function noticeOf(tx: TenantTransaction, row: InvitationRow, url: string): Promise<AccountNotice<'invitation'>> {
  const { id, email, role, expiresAt } = row;
  const tenantName = await readTenantName(tx);
  return { invitation_id: id, email, role, tenant_name: tenantName, url, expires_at: toIso(expiresAt) };
}

export function revokeInvitation(context: BillingContext, call: CallOfMember, id: InvitationId): Promise<Answer> {
  return answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const row = await lockInvitation(tx, id);
    if (row === null) throw new DomainError('not_found', 'unknown invitation');
    if (row.status === 'accepted') {
      throw new DomainError('invalid_state', 'The invitation was accepted; remove the user instead.');
    }
    if (row.status === 'open') {
      await updateInvitationRevoked(tx, id);
      const details = { email: row.email, role: row.role };
      await insertAudits(tx, call.caller, [{ action: 'invitation.revoked', resourceId: id, details }]);
    }
    return { status: 200, body: renderInvitation({ ...row, status: 'revoked' }, tx.now) };
  });
}

export function renderInvitation(row: InvitationRow, now: Instant): InvitationBody {
  return {
    invitation_id: row.id,
    email: row.email,
    role: row.role,
    status: row.status === 'open' && row.expiresAt <= now ? 'expired' : row.status,
    invited_by: row.invitedBy,
    created_at: toIso(row.createdAt),
    expires_at: toIso(row.expiresAt),
    accepted_at: row.acceptedAt === null ? null : toIso(row.acceptedAt),
  };
}
