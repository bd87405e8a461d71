import type { Transaction } from '../../db/database.ts';
import type { UserId } from '../../domain/ids.ts';

/** Every open link to set this user's password. */
export async function voidResetLinks(tx: Transaction, userId: UserId): Promise<void> {
  await tx`update identity.password_resets set used_at = clock_timestamp() where user_id = ${userId} and used_at is null`;
}

/** Grants and refresh tokens of applications, in whichever tenant (`usr_….ten_…`). */
export async function voidGrants(tx: Transaction, userId: UserId): Promise<void> {
  await tx`delete from identity.oidc_records where split_part(payload->>'accountId', '.', 1) = ${userId}`;
}
