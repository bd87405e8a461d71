import type { Answer } from '../../contracts/answer.ts';
import type { AccountNotice } from '../../contracts/events/account-notices.ts';
import { findMember } from '../../db/queries/members.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { DomainError } from '../../domain/errors.ts';
import type { UserId } from '../../domain/ids.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { requestNotification } from '../notifications/request-notification.ts';
import type { CallOfMember } from './change-member.ts';
import { refuseOver } from './grant-role.ts';

/** `makeLink` is the identity service's: null where the account opens more elsewhere than the caller may do. */
export async function resetMemberPassword(
  context: BillingContext,
  call: CallOfMember,
  id: UserId,
  makeLink: () => Promise<{ url: string; expiresAt: Instant } | null>,
): Promise<Answer> {
  let shown: string | null = null;
  const answer = await answerOnce(context.database, call.tenantId, call.claim, async (tx) => {
    const member = await findMember(tx.sql, id);
    if (member === null) throw new DomainError('not_found', 'unknown user');
    await refuseOver(tx, member.role, call.principal.permissions);
    const link = await makeLink();
    if (link === null) {
      throw new DomainError(
        'forbidden',
        'This account opens more elsewhere than you may do there; an operator of the platform can make one.',
      );
    }
    shown = link.url;
    const notice: AccountNotice<'password_reset'> = {
      ...{ user_id: id, email: member.email, url: link.url, expires_at: toIso(link.expiresAt) },
    };
    await insertAudits(tx, call.caller, [{ action: 'password_reset.requested', resourceId: id, details: {} }]);
    await requestNotification(tx, { origin: 'api', kind: 'password_reset', details: notice });
    return { status: 201, body: { url: null, expires_at: toIso(link.expiresAt) } };
  });
  if (answer.status !== 201 || answer.replayed) return answer;
  return { ...answer, body: { ...(answer.body as object), url: shown } };
}
