import type { AttemptLimit } from '../../adapters/limits/attempts/port.ts';
import type { Transaction } from '../../db/database.ts';
import { DomainError } from '../../domain/errors.ts';
import type { UserId } from '../../domain/ids.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { type Accounts, type AskedFrom, countedName } from './accounts.ts';
import { auditAccount, auditedFrom } from './audit-account.ts';
import { describePasswordFault, findPasswordFault } from './password-policy.ts';
import { storePassword } from './reset-password.ts';
import { findUser, listPlaces, lockUser, type Place, type UserRow } from './user-rows.ts';

const ofOwnSecret: AttemptLimit = { countMax: 10, perMs: 15 * MINUTE_MS };

export interface OwnAccount {
  user: UserRow;
  places: Place[];
  recoveryCodesLeft: number;
}

/** A user as the user sees it. */
export async function readOwnAccount(accounts: Accounts, userId: UserId): Promise<OwnAccount> {
  const user = await findUser(accounts.sql, userId);
  if (user === null) throw gone();
  const [codes] = await accounts.sql<{ count: number }[]>`
    select count(*)::int from identity.recovery_codes where user_id = ${userId} and used_at is null`;
  return { user, places: await listPlaces(accounts.sql, userId), recoveryCodesLeft: codes?.count ?? 0 };
}

/** The name stands in each of the user's places too. */
export async function changeOwnName(accounts: Accounts, userId: UserId, name: string, from: AskedFrom): Promise<void> {
  await accounts.sql.begin(async (tx) => {
    const user = await lockUser(tx, userId);
    if (user === null) throw gone();
    if (user.name === name) return;
    await tx`update identity.users set name = ${name} where id = ${userId}`;
    await tx`update memberships set name = ${name}, updated_at = clock_timestamp() where id = ${userId}`;
    const details = { before: { name: user.name }, after: { name } };
    await auditAccount(tx, user, { action: 'user.changed', ...auditedFrom(from), details });
  });
}

/** A new password ends every sign-in before it. */
export async function changeOwnPassword(
  accounts: Accounts,
  userId: UserId,
  input: { current: string; wanted: string },
  from: AskedFrom,
): Promise<void> {
  const user = await provePassword(accounts, userId, input.current, from);
  const fault = findPasswordFault(input.wanted, user);
  if (fault !== null) {
    const wrong = describePasswordFault(fault);
    const details = { field: 'new_password', errors: [{ field: 'new_password', message: wrong }] };
    throw new DomainError('invalid_request', `new_password ${wrong}.`, details);
  }
  const passwordHash = await accounts.hasher.hash(input.wanted);
  await changeLocked(accounts, user, async (tx, locked) => {
    await storePassword(tx, locked, passwordHash, { from, by: 'user' });
    // Where what was signed in cannot be ended, nothing changes.
    await accounts.onCredentialsChanged(userId);
  });
  await accounts.onCredentialsChanged(userId);
}

/** Who is signed in proves it once more; tries are counted. Throws `rate_limited` or `forbidden`. */
export async function provePassword(
  accounts: Accounts,
  userId: UserId,
  password: string,
  from: AskedFrom,
): Promise<UserRow> {
  const name = countedName('own', userId);
  const waitMs = await accounts.attempts.take(name, ofOwnSecret);
  if (waitMs > 0) throw new DomainError('rate_limited', 'Too many tries; try again later.');
  const user = await findUser(accounts.sql, userId);
  const isRight = await accounts.hasher.verify(user?.passwordHash ?? null, password);
  if (user === null) throw gone();
  if (!isRight) {
    const details = { reason: 'wrong_password' };
    await auditAccount(accounts.sql, user, { action: 'login.failed', ...auditedFrom(from), details });
    throw new DomainError('forbidden', 'The password is not right.');
  }
  await accounts.attempts.forget(name, ofOwnSecret);
  return user;
}

/** Under the row's lock; what was proven of a password that has changed meanwhile is proven no more. */
export async function changeLocked<T>(
  accounts: Accounts,
  proven: UserRow,
  work: (tx: Transaction, user: UserRow) => Promise<T>,
): Promise<T> {
  const result = await accounts.sql.begin(async (tx) => {
    const user = await lockUser(tx, proven.id);
    if (user === null || user.passwordHash !== proven.passwordHash) throw gone();
    return work(tx, user);
  });
  return result as T;
}

function gone(): DomainError {
  return new DomainError('forbidden', 'This account is closed, or was changed just now; sign in again.');
}
