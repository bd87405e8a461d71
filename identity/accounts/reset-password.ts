import type { AttemptLimit } from '../../adapters/limits/attempts/port.ts';
import type { AccountNotice } from '../../contracts/events/account-notices.ts';
import type { Sql, Transaction } from '../../db/database.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import { insertNotice } from '../../db/queries/notices.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { HOUR_MS, type Instant, toIso } from '../../domain/instant.ts';
import { networkOf } from '../../runtime/network-of.ts';
import { type Principal, platformScope } from '../principal.ts';
import { type Accounts, type AskedFrom, countedName } from './accounts.ts';
import { auditAccount, auditedFrom } from './audit-account.ts';
import { hashOneTimeToken, makeOneTimeToken } from './one-time-token.ts';
import { mayReset, type ResetAuthority } from './reset-authority.ts';
import { forgetTries } from './sign-in.ts';
import { findUser, findUserByEmail, listPlaces, lockUser, type UserRow } from './user-rows.ts';
import { voidGrants, voidResetLinks } from './void-access.ts';

const lifeMs = HOUR_MS;
const asksOfAddress: AttemptLimit = { countMax: 20, perMs: HOUR_MS };
const asksOfAccount: AttemptLimit = { countMax: 3, perMs: HOUR_MS };

export interface ResetLink {
  url: string;
  expiresAt: Instant;
}

/** A link by which a new password is set, once, within the hour, by whoever's word it is. */
export async function makeResetLink(
  accounts: Pick<Accounts, 'publicUrl'>,
  sql: Sql | Transaction,
  userId: UserId,
  authority: ResetAuthority,
): Promise<ResetLink> {
  const { token, tokenHash } = makeOneTimeToken();
  const expiresAt = Date.now() + lifeMs;
  await sql`insert into identity.password_resets (token_hash, user_id, expires_at, made_by)
    values (${tokenHash}, ${userId}, ${sql.typed.instant(expiresAt)}, ${sql.json({ ...authority })})`;
  return { url: `${accounts.publicUrl}/identity/password/${token}`, expiresAt };
}

/**
 * Somebody says to have forgotten a password. Nothing tells whether there is such an account: null, or the milliseconds until this
 * sender may ask again.
 */
export async function askForReset(accounts: Accounts, email: string, from: AskedFrom): Promise<number | null> {
  const waitMs = await accounts.attempts.take(countedName('reset-address', networkOf(from.address)), asksOfAddress);
  if (waitMs > 0) return waitMs;
  const tooOften = await accounts.attempts.take(countedName('reset', email.trim()), asksOfAccount);
  const user = await findUserByEmail(accounts.sql, email.trim());
  if (tooOften > 0 || user === null || user.status !== 'active') return null;
  await accounts.sql.begin(async (tx) => {
    const tenantId = await senderOf(tx, user);
    await auditAccount(tx, user, { action: 'password_reset.requested', ...auditedFrom(from) });
    if (tenantId === null) return;
    const { url, expiresAt } = await makeResetLink(accounts, tx, user.id, { by: 'senders', tenantId });
    const details: AccountNotice<'password_reset'> = {
      ...{ user_id: user.id, email: user.email, url, expires_at: toIso(expiresAt) },
    };
    await insertNotice(tx, { tenantId, at: Date.now(), origin: 'api', kind: 'password_reset', details });
  });
  return null;
}

/**
 * The tenant whose senders pass the link on: the live one, where the account opens its sandbox too. Whoever reads their messages
 * could use it; so it is nobody's where the account opens more than that one business, or the platform.
 */
async function senderOf(tx: Transaction, user: UserRow): Promise<TenantId | null> {
  const places = await listPlaces(tx, user.id);
  const sender = places.find(({ tenantMode }) => tenantMode === 'live') ?? places[0];
  if (sender === undefined) return null;
  const { tenantId } = sender;
  return (await mayReset(tx, user, { by: 'senders', tenantId })) ? tenantId : null;
}

/** Who asks for a link in somebody else's name. */
type Asker = Pick<Principal, 'kind' | 'tenantId' | 'actor' | 'permissions' | 'session'>;

/**
 * A link for somebody who administers this user, whose place there the caller has looked at. Null where it would open more than
 * who asks may do: the account has a place in another business, more of a role in the other half of this one, or is an operator's.
 * Operators may make one for anybody but operators.
 */
export async function makeResetLinkFor(accounts: Accounts, userId: UserId, by: Asker): Promise<ResetLink | null> {
  const { kind, tenantId, actor, permissions, session } = by;
  const isInPerson = session !== undefined;
  const authority: ResetAuthority = { by: 'caller', kind, tenantId, actor, permissions: [...permissions], isInPerson };
  return accounts.sql.begin(async (tx) => {
    const user = await lockUser(tx, userId);
    const isAllowed = user !== null && (await mayReset(tx, user, authority));
    return isAllowed ? makeResetLink(accounts, tx, userId, authority) : null;
  });
}

/** The same for an operator, by whoever holds the owner's role. Audited where the platform's own doings are. */
export async function makeOperatorResetLink(
  accounts: Pick<Accounts, 'publicUrl'>,
  owner: Sql,
  userId: UserId,
): Promise<ResetLink> {
  return owner.begin(async (tx) => {
    const audit = { tenantId: platformScope, actor: 'operator', requestId: null, details: {} };
    await writeAudit(tx, { ...audit, action: 'password_reset.requested', resourceId: userId });
    return makeResetLink(accounts, tx, userId, { by: 'owner_role' });
  });
}

export interface OpenReset {
  userId: UserId;
  email: string;
  name: string | null;
}

/** Null where the link is unknown, used or expired, or would open more by now than it may. */
export async function findReset(accounts: Accounts, token: string): Promise<OpenReset | null> {
  const open = await findOpenLink(accounts.sql, token);
  const user = open && (await findUser(accounts.sql, open.userId));
  if (!open || !user || !(await isGood(accounts.sql, user, open))) return null;
  return { userId: user.id, email: user.email, name: user.name };
}

interface OpenLink {
  userId: UserId;
  madeBy: ResetAuthority | null;
}

async function findOpenLink(sql: Sql | Transaction, token: string): Promise<OpenLink | null> {
  const [row] = await sql<OpenLink[]>`
    select user_id, made_by from identity.password_resets
    where token_hash = ${hashOneTimeToken(token)} and used_at is null and expires_at > clock_timestamp()`;
  return row ?? null;
}

async function isGood(sql: Sql | Transaction, user: UserRow, { madeBy }: OpenLink): Promise<boolean> {
  return user.status === 'active' && (await mayReset(sql, user, madeBy));
}

/** Sets the password; every other link is void, and so is every sign-in before. False: the link is over by now. */
export async function resetPassword(
  accounts: Accounts,
  token: string,
  password: string,
  from: AskedFrom,
): Promise<boolean> {
  const passwordHash = await accounts.hasher.hash(password);
  const userId = await accounts.sql.begin(async (tx) => {
    const found = await findOpenLink(tx, token);
    const user = found && (await lockUser(tx, found.userId));
    // Under the user's lock, which whatever voids links takes first: the link as it is now.
    const open = user && (await findOpenLink(tx, token));
    if (!user || !open || !(await isGood(tx, user, open))) return null;
    await storePassword(tx, user, passwordHash, { from, by: 'reset_link' });
    // Where what was signed in cannot be ended, nothing changes, and the link stays good.
    await accounts.onCredentialsChanged(user.id);
    // The link is proof enough: its holder is not kept out by tries that were a stranger's.
    await forgetTries(accounts, user, from);
    return user.id;
  });
  if (userId === null) return false;
  // Once more, for who signed in by the old password before this was committed.
  await accounts.onCredentialsChanged(userId);
  return true;
}

/** The row is locked by then. */
export async function storePassword(
  tx: Transaction,
  user: UserRow,
  passwordHash: string,
  how: { from: AskedFrom; by: 'reset_link' | 'user' },
): Promise<void> {
  const { from, by } = how;
  await tx`update identity.users set password_hash = ${passwordHash}, password_changed_at = clock_timestamp()
    where id = ${user.id}`;
  await voidResetLinks(tx, user.id);
  await voidGrants(tx, user.id);
  await auditAccount(tx, user, { action: 'password.changed', ...auditedFrom(from), details: { by } });
}
