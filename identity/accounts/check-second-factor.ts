import type { AttemptLimit } from '../../adapters/limits/attempts/port.ts';
import type { Transaction } from '../../db/database.ts';
import { totpPurpose } from '../../db/queries/sealed-identity.ts';
import type { UserId } from '../../domain/ids.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import type { Sealer } from '../../runtime/sealer.ts';
import { type Accounts, type AskedFrom, countedName } from './accounts.ts';
import { auditAccount, auditedFrom } from './audit-account.ts';
import { useRecoveryCode } from './recovery-codes.ts';
import { auditFailure } from './sign-in.ts';
import { findTotpStep } from './totp.ts';
import { findUser, lockUser, type UserRow } from './user-rows.ts';

export type CodeOutcome = { kind: 'right' } | { kind: 'refused' } | { kind: 'wait'; waitMs: number };

/** Of one account, wherever a code is shown. */
export const triesOfCodes: AttemptLimit = { countMax: 10, perMs: 15 * MINUTE_MS };

/** A code of the authenticator, or one of the recovery codes; each counts once. */
export async function checkSecondFactor(
  accounts: Accounts,
  userId: UserId,
  code: string,
  from: AskedFrom,
): Promise<CodeOutcome> {
  const name = countedName('code', userId);
  const waitMs = await accounts.attempts.take(name, triesOfCodes);
  if (waitMs > 0) {
    const isNoted = await accounts.attempts.take(countedName('code-turned-away', userId), {
      ...triesOfCodes,
      countMax: 1,
    });
    const user = isNoted > 0 ? null : await findUser(accounts.sql, userId);
    if (user !== null) await auditFailure(accounts, user, from, 'too_many_tries');
    return { kind: 'wait', waitMs };
  }
  const isRight = await accounts.sql.begin(async (tx) => {
    const user = await lockUser(tx, userId);
    return user !== null && user.totpEnabledAt !== null && (await useCode(accounts, tx, user, code, from));
  });
  if (isRight) {
    await accounts.attempts.forget(name, triesOfCodes);
    return { kind: 'right' };
  }
  const user = await findUser(accounts.sql, userId);
  if (user !== null) await auditFailure(accounts, user, from, 'wrong_code');
  return { kind: 'refused' };
}

async function useCode(
  accounts: Accounts,
  tx: Transaction,
  user: UserRow,
  code: string,
  from: AskedFrom,
): Promise<boolean> {
  const digits = code.replace(/\s/g, '');
  if (/^\d{6}$/.test(digits)) return useTotpCode(accounts.sealer, tx, user, digits);
  if (!(await useRecoveryCode(tx, user.id, code))) return false;
  await auditAccount(tx, user, { action: 'recovery_code.used', ...auditedFrom(from) });
  return true;
}

/** The row is locked by then: of two who send the same code one is taken. */
export async function useTotpCode(sealer: Sealer, tx: Transaction, user: UserRow, code: string): Promise<boolean> {
  const { id, totpSecret, sealedBy, totpLastStep } = user;
  if (totpSecret === null || sealedBy === null) return false;
  const secret = sealer.open({ sealed: totpSecret, sealedBy }, totpPurpose({ id }));
  const step = findTotpStep(secret, code, { nowMs: Date.now(), lastStep: totpLastStep });
  if (step === null) return false;
  await tx`update identity.users set totp_last_step = ${step} where id = ${id}`;
  return true;
}
