import type { AttemptLimit } from '../../adapters/limits/attempts/port.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { networkOf } from '../../runtime/network-of.ts';
import { platformScope } from '../principal.ts';
import { type Accounts, type AskedFrom, countedName } from './accounts.ts';
import { auditAccount, auditedFrom, auditIn, auditStranger } from './audit-account.ts';
import { findUser, findUserByEmail, listPlaces, type Place, type UserRow } from './user-rows.ts';

/** `refused` reads the same for an unknown address, a wrong password and an account that is closed. */
export type PasswordOutcome =
  | { kind: 'right'; user: UserRow; needsCode: boolean }
  | { kind: 'refused' }
  | { kind: 'wait'; waitMs: number };

/**
 * One network gets few tries at one account; an account is open to more, from anywhere, so that a stranger does not lock its owner
 * out, and to no more than NIST SP 800-63B §5.2.2 has. Who is locked out all the same gets in again by a reset link.
 */
const ofAccountAndAddress: AttemptLimit = { countMax: 10, perMs: 15 * MINUTE_MS };
const ofAccount: AttemptLimit = { countMax: 100, perMs: DAY_MS };
const ofAddress: AttemptLimit = { countMax: 100, perMs: HOUR_MS };
/** Rows about those who are turned away. */
const ofNotes: AttemptLimit = { countMax: 1, perMs: 15 * MINUTE_MS };

function countersOf(email: string, address: string): [string, AttemptLimit][] {
  const network = networkOf(address);
  return [
    [countedName('address', network), ofAddress],
    [countedName('login', email.trim(), network), ofAccountAndAddress],
    [countedName('account', email.trim()), ofAccount],
  ];
}

/** Counted before it is checked: tries at the same time find no gap. Throws where tries cannot be counted. */
export async function checkPassword(
  accounts: Accounts,
  { email, password }: { email: string; password: string },
  from: AskedFrom,
): Promise<PasswordOutcome> {
  for (const [name, limit] of countersOf(email, from.address)) {
    const waitMs = await accounts.attempts.take(name, limit);
    if (waitMs > 0) {
      await auditTurnedAway(accounts, email, from, waitMs);
      return { kind: 'wait', waitMs };
    }
  }
  const user = await findUserByEmail(accounts.sql, email.trim());
  const stored = user?.passwordHash ?? null;
  const isRight = await accounts.hasher.verify(stored, password);
  if (user === null) {
    await auditStranger(accounts.sql, countedName('account', email.trim()), { ...from, reason: 'unknown_account' });
    return { kind: 'refused' };
  }
  if (!isRight || stored === null || user.status !== 'active') {
    await auditFailure(accounts, user, from, user.status === 'active' ? 'wrong_password' : 'disabled');
    return { kind: 'refused' };
  }
  if (accounts.hasher.isOutdated(stored)) await hashAnew(accounts, user, password);
  return { kind: 'right', user, needsCode: user.totpEnabledAt !== null };
}

export function auditFailure(
  accounts: Accounts,
  user: UserRow,
  from: AskedFrom,
  reason: string,
  details: object = {},
): Promise<void> {
  const entry = { action: 'login.failed', ...auditedFrom(from), details: { reason, ...details } };
  return auditAccount(accounts.sql, user, entry);
}

/**
 * Of those who are turned away the first is audited, and one more each quarter of an hour while it goes on: who guesses a thousand
 * times writes no thousand rows.
 */
async function auditTurnedAway(accounts: Accounts, email: string, from: AskedFrom, waitMs: number): Promise<void> {
  const account = countedName('account', email.trim());
  const isNoted = await accounts.attempts.take(countedName('turned-away', account, networkOf(from.address)), ofNotes);
  if (isNoted > 0) return;
  const user = await findUserByEmail(accounts.sql, email.trim());
  const details = { wait_seconds: Math.ceil(waitMs / SECOND_MS) };
  if (user === null) await auditStranger(accounts.sql, account, { ...from, reason: 'too_many_tries', details });
  else await auditFailure(accounts, user, from, 'too_many_tries', details);
}

async function hashAnew(accounts: Accounts, user: UserRow, password: string): Promise<void> {
  const passwordHash = await accounts.hasher.hash(password);
  await accounts.sql`update identity.users set password_hash = ${passwordHash}
    where id = ${user.id} and password_hash = ${user.passwordHash}`;
}

/** Where this user may sign in to now; `onlyTenant` where the application belongs to one. */
export async function listOpenPlaces(
  accounts: Accounts,
  user: UserRow,
  onlyTenant: TenantId | null,
): Promise<{ places: Place[]; platform: boolean }> {
  const all = await listPlaces(accounts.sql, user.id);
  const places = all.filter(
    ({ tenantStatus, tenantId }) => tenantStatus === 'active' && (onlyTenant === null || tenantId === onlyTenant),
  );
  return { places, platform: user.isOperator && onlyTenant === null };
}

/** The end of a sign-in: null where the user may not go there (any more), or the password that was shown is another by now. */
export async function completeSignIn(
  accounts: Accounts,
  login: {
    userId: UserId;
    tenantId: TenantId;
    methods: readonly string[];
    onlyTenant: TenantId | null;
    passwordChangedAt: Instant | null;
  },
  from: AskedFrom,
): Promise<UserRow | null> {
  const { userId, tenantId, methods, onlyTenant } = login;
  const user = await findUser(accounts.sql, userId);
  if (user === null || user.status !== 'active' || user.passwordChangedAt !== login.passwordChangedAt) return null;
  const { places, platform } = await listOpenPlaces(accounts, user, onlyTenant);
  const isOpen = tenantId === platformScope ? platform : places.some((place) => place.tenantId === tenantId);
  if (!isOpen) return null;
  await accounts.sql.begin(async (tx) => {
    await tx`update identity.users set last_login_at = now() where id = ${userId}`;
    await auditIn(tx, tenantId, user, { action: 'login.succeeded', ...auditedFrom(from), details: { methods } });
  });
  await forgetTries(accounts, user, from);
  return user;
}

/** What was tried at this account: from here, and by anybody in a day; tries at others from here go on counting. */
export async function forgetTries(accounts: Accounts, user: UserRow, from: AskedFrom): Promise<void> {
  const [, ...own] = countersOf(user.email, from.address);
  for (const [name, limit] of own) await accounts.attempts.forget(name, limit);
}
