import { createHash } from 'node:crypto';
import type { AttemptLimiter } from '../../adapters/limits/attempts/port.ts';
import type { Sql } from '../../db/database.ts';
import type { UserId } from '../../domain/ids.ts';
import type { Sealer } from '../../runtime/sealer.ts';
import { createPasswordHasher, type PasswordHasher } from './password-hasher.ts';

/**
 * The accounts of people: who they are, how they prove it, and how they get back in. A password is kept as its argon2id hash, the
 * secret of a second factor sealed, every other code and token as a hash; each counts once. What people may do is not decided here:
 * a place in a tenant is a membership.
 */
export interface Accounts {
  /** As the role `redcore_identity`. */
  sql: Sql;
  sealer: Sealer;
  hasher: PasswordHasher;
  attempts: AttemptLimiter;
  /** Without a slash at its end. */
  publicUrl: string;
  /** Ends every sign-in of this user; called before and after the commit of what makes them void. */
  onCredentialsChanged(userId: UserId): Promise<void>;
}

/** Where something was asked from, for the audit and for counting tries. */
export interface AskedFrom {
  /** Of the sender, as the trusted proxy tells it. */
  address: string;
  requestId: string | null;
}

export function createAccounts(parts: Omit<Accounts, 'hasher' | 'onCredentialsChanged'> & Partial<Accounts>): Accounts {
  return { hasher: createPasswordHasher(), onCredentialsChanged: async () => undefined, ...parts };
}

/** Names under which tries are counted carry no address in the clear; of who tries the network counts (`networkOf`). */
export function countedName(kind: string, ...parts: string[]): string {
  const hash = createHash('sha256').update(parts.join('\n').toLowerCase()).digest('base64url');
  return `${kind}:${hash}`;
}
