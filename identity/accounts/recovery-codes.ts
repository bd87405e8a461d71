import { createHash, randomInt } from 'node:crypto';
import type { Transaction } from '../../db/database.ts';
import type { UserId } from '../../domain/ids.ts';

const codeCount = 10;
/** Crockford's: no letter is taken for a digit. 16 of them are 80 bits, so that a plain hash gives nothing away. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const length = 16;

/** `xxxx-xxxx-xxxx-xxxx` */
export function makeRecoveryCode(): string {
  const text = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
  return text.match(/.{4}/g)?.join('-') ?? text;
}

export function hashRecoveryCode(userId: UserId, code: string): string {
  const text = code.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1');
  return createHash('sha256').update(`${userId}/${text}`).digest('hex');
}

/** Ten new ones in place of all before; to be shown this once. */
export async function replaceRecoveryCodes(tx: Transaction, userId: UserId): Promise<string[]> {
  const codes = Array.from({ length: codeCount }, makeRecoveryCode);
  const rows = codes.map((code) => ({ userId, codeHash: hashRecoveryCode(userId, code) }));
  await tx`delete from identity.recovery_codes where user_id = ${userId}`;
  await tx`insert into identity.recovery_codes ${tx(rows)}`;
  return codes;
}

/** Whether this was one of the user's codes that are left; it is used up by that. */
export async function useRecoveryCode(tx: Transaction, userId: UserId, code: string): Promise<boolean> {
  const used = await tx`
    update identity.recovery_codes set used_at = now()
    where user_id = ${userId} and code_hash = ${hashRecoveryCode(userId, code)} and used_at is null returning 1`;
  return used.length === 1;
}
