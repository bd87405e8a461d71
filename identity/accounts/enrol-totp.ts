import { totpPurpose } from '../../db/queries/sealed-identity.ts';
import { DomainError } from '../../domain/errors.ts';
import type { UserId } from '../../domain/ids.ts';
import { type Accounts, type AskedFrom, countedName } from './accounts.ts';
import { auditAccount, auditedFrom } from './audit-account.ts';
import { checkSecondFactor, triesOfCodes, useTotpCode } from './check-second-factor.ts';
import { changeLocked, provePassword } from './own-account.ts';
import { replaceRecoveryCodes } from './recovery-codes.ts';
import { auditFailure } from './sign-in.ts';
import { makeTotpSecret, spellOtpauthUri } from './totp.ts';
import { findUser, lockUser, type UserRow } from './user-rows.ts';

export interface TotpOffer {
  secret: string;
  uri: string;
}

/** A secret to be put into an authenticator; it counts for nothing until a code of it is shown. */
export async function offerTotp(
  accounts: Accounts,
  userId: UserId,
  password: string,
  from: AskedFrom,
): Promise<TotpOffer> {
  const proven = await provePassword(accounts, userId, password, from);
  return changeLocked(accounts, proven, async (tx, user) => {
    if (user.totpEnabledAt !== null) {
      throw new DomainError('invalid_state', 'A second factor is set up already; remove it first.');
    }
    const secret = makeTotpSecret();
    const { sealed, sealedBy } = accounts.sealer.seal(secret, totpPurpose({ id: userId }));
    await tx`
      update identity.users set totp_secret = ${Buffer.from(sealed)}, sealed_by = ${sealedBy}, totp_last_step = null
      where id = ${userId}`;
    await auditAccount(tx, user, { action: 'totp.offered', ...auditedFrom(from) });
    return { secret, uri: spellOtpauthUri(secret, user.email) };
  });
}

/** From the first code on, every sign-in needs one. The recovery codes are shown this once. */
export async function confirmTotp(
  accounts: Accounts,
  userId: UserId,
  code: string,
  from: AskedFrom,
): Promise<string[]> {
  // Apart from the tries of signing in, which nobody at this page may use up.
  const name = countedName('code-to-enrol', userId);
  if ((await accounts.attempts.take(name, triesOfCodes)) > 0) throw tooManyTries();
  const codes = await enableTotp(accounts, userId, code, from);
  if (codes === null) {
    const user = await findUser(accounts.sql, userId);
    if (user !== null) await auditFailure(accounts, user, from, 'wrong_code');
    throw wrongCode();
  }
  await accounts.attempts.forget(name, triesOfCodes);
  return codes;
}

/** Null for a code that is not the secret's. */
async function enableTotp(accounts: Accounts, userId: UserId, code: string, from: AskedFrom): Promise<string[] | null> {
  return accounts.sql.begin(async (tx) => {
    const user = await lockUser(tx, userId);
    if (user === null || user.totpSecret === null || user.totpEnabledAt !== null) {
      throw new DomainError('invalid_state', 'No second factor is being set up.');
    }
    if (!(await useTotpCode(accounts.sealer, tx, user, code))) return null;
    await tx`update identity.users set totp_enabled_at = clock_timestamp() where id = ${userId}`;
    await auditAccount(tx, user, { action: 'totp.enabled', ...auditedFrom(from) });
    return replaceRecoveryCodes(tx, userId);
  });
}

/** By the password or by a code: one of them shows that it is still the user who sits there. */
export async function removeTotp(
  accounts: Accounts,
  userId: UserId,
  proof: { password?: string; code?: string },
  from: AskedFrom,
): Promise<void> {
  const user = await prove(accounts, userId, proof, from);
  await changeLocked(accounts, user, async (tx, locked) => {
    await tx`
      update identity.users set totp_secret = null, sealed_by = null, totp_enabled_at = null, totp_last_step = null
      where id = ${userId}`;
    await tx`delete from identity.recovery_codes where user_id = ${userId}`;
    if (locked.totpEnabledAt !== null)
      await auditAccount(tx, locked, { action: 'totp.disabled', ...auditedFrom(from) });
  });
}

async function prove(
  accounts: Accounts,
  userId: UserId,
  { password, code }: { password?: string; code?: string },
  from: AskedFrom,
): Promise<UserRow> {
  if (password !== undefined) return provePassword(accounts, userId, password, from);
  const outcome = await checkSecondFactor(accounts, userId, code ?? '', from);
  if (outcome.kind === 'wait') throw tooManyTries();
  const user = await findUser(accounts.sql, userId);
  if (outcome.kind === 'refused' || user === null) throw wrongCode();
  return user;
}

/** Ten new codes; those before are void. */
export async function renewRecoveryCodes(
  accounts: Accounts,
  userId: UserId,
  password: string,
  from: AskedFrom,
): Promise<string[]> {
  const proven = await provePassword(accounts, userId, password, from);
  return changeLocked(accounts, proven, async (tx, user) => {
    if (user.totpEnabledAt === null) throw new DomainError('invalid_state', 'There is no second factor to recover.');
    await auditAccount(tx, user, { action: 'recovery_codes.renewed', ...auditedFrom(from) });
    return replaceRecoveryCodes(tx, userId);
  });
}

function tooManyTries(): DomainError {
  return new DomainError('rate_limited', 'Too many tries; try again later.');
}

function wrongCode(): DomainError {
  return new DomainError('forbidden', 'The code is wrong, or was used already.');
}
