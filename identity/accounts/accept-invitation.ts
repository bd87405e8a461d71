import type { Sql, Transaction } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import type { InvitationId, TenantId, UserId } from '../../domain/ids.ts';
import type { Accounts, AskedFrom } from './accounts.ts';
import { auditedFrom } from './audit-account.ts';
import { hashOneTimeToken, makeOneTimeToken } from './one-time-token.ts';
import { findUserByEmail, lockUser, type UserRow } from './user-rows.ts';
import { voidResetLinks } from './void-access.ts';

export interface OpenInvitation {
  tenantId: TenantId;
  id: InvitationId;
  email: string;
  role: string;
  tenantName: string;
}

/** Where an invitation is taken, and what is kept of its token. */
export function makeInvitationLink(publicUrl: string): { url: string; tokenHash: string } {
  const { token, tokenHash } = makeOneTimeToken();
  return { url: `${publicUrl}/identity/invitation/${token}`, tokenHash };
}

/** Null where nobody was invited by this token, or not any more: expired, revoked, accepted, or the tenant is closed. */
export async function findInvitation(accounts: Accounts, token: string): Promise<OpenInvitation | null> {
  const [row] = await openInvitations(accounts.sql, hashOneTimeToken(token), accounts.sql``);
  return row ?? null;
}

/** A person the platform does not know yet. Null: the invitation is over, or the address has an account by now. */
export async function acceptAsNewUser(
  accounts: Accounts,
  token: string,
  person: { name: string; password: string },
  from: AskedFrom,
): Promise<UserId | null> {
  const passwordHash = await accounts.hasher.hash(person.password);
  return accounts.sql.begin(async (tx) => {
    const invitation = await lockInvitation(tx, token);
    if (invitation === null || (await findUserByEmail(tx, invitation.email)) !== null) return null;
    const userId = newId('user');
    await tx`
      insert into identity.users (id, email, name, password_hash, password_changed_at)
      values (${userId}, ${invitation.email}, ${person.name}, ${passwordHash}, now())`;
    await join(tx, invitation, { id: userId, name: person.name }, from);
    return userId;
  });
}

/** A person known already, signed in by then under the address that was invited. */
export async function acceptAsKnownUser(
  accounts: Accounts,
  token: string,
  userId: UserId,
  from: AskedFrom,
): Promise<UserId | null> {
  return accounts.sql.begin(async (tx) => {
    const invitation = await lockInvitation(tx, token);
    const user = await lockUser(tx, userId);
    if (invitation === null || !isInvited(user, invitation)) return null;
    await join(tx, invitation, user, from);
    return userId;
  });
}

function isInvited(user: UserRow | null, { email }: OpenInvitation): user is UserRow {
  return user !== null && user.status === 'active' && user.email.toLowerCase() === email.toLowerCase();
}

/** Of many who take it at once, one gets it: the others find it accepted. */
async function lockInvitation(tx: Transaction, token: string): Promise<OpenInvitation | null> {
  const [row] = await openInvitations(tx, hashOneTimeToken(token), tx`for update of i`);
  return row ?? null;
}

function openInvitations(sql: Sql | Transaction, tokenHash: string, locking: ReturnType<Sql>) {
  return sql<OpenInvitation[]>`
    select i.tenant_id, i.id, i.email, i.role, t.name as tenant_name
    from invitations i join tenants t on t.tenant_id = i.tenant_id
    where i.token_hash = ${tokenHash} and i.status = 'open' and i.expires_at > clock_timestamp() and t.status = 'active'
    ${locking}`;
}

async function join(
  tx: Transaction,
  invitation: OpenInvitation,
  user: { id: UserId; name: string | null },
  from: AskedFrom,
): Promise<void> {
  const { tenantId, id, email, role } = invitation;
  await tx`update invitations set status = 'accepted', accepted_at = clock_timestamp() where tenant_id = ${tenantId} and id = ${id}`;
  // A place that is held by now stays as it is: an old invitation raises nobody.
  await tx`
    insert into memberships (tenant_id, id, email, name, role)
    values (${tenantId}, ${user.id}, ${email}, ${user.name}, ${role})
    on conflict (tenant_id, id) do nothing`;
  // What was made to open the places there were would open this one too.
  await voidResetLinks(tx, user.id);
  const entry = { tenantId, actor: user.id, action: 'invitation.accepted', resourceId: id, ...auditedFrom(from) };
  await writeAudit(tx, { ...entry, details: { user_id: user.id, role } });
}
