import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseId } from '../db/new-id.ts';
import type { UserId } from '../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../domain/instant.ts';

/** From the click to the address it leads to. */
const lifeMs = MINUTE_MS;

/**
 * The API's word to the identity service that this very person pressed "sign out" on a page of ours, so that nobody is asked twice.
 * It names the person: a link that a stranger got for the own account signs out nobody else.
 */
export interface SignOutProofs {
  make(userId: UserId, now: Instant): string;
  /** Null for what we did not say, or said longer ago. */
  read(proof: string, now: Instant): UserId | null;
}

export function createSignOutProofs(keySecret: string): SignOutProofs {
  const key = createHmac('sha256', keySecret).update('sign-out proofs').digest();
  const sign = (said: string) => createHmac('sha256', key).update(said).digest('base64url');
  return {
    make(userId, now) {
      const said = `${userId}.${now + lifeMs}`;
      return `${said}.${sign(said)}`;
    },
    read(proof, now) {
      const [user = '', until = '', signature = ''] = proof.split('.');
      const [given, made] = [Buffer.from(signature), Buffer.from(sign(`${user}.${until}`))];
      if (given.length !== made.length || !timingSafeEqual(given, made)) return null;
      return Number(until) > now ? parseId('user', user) : null;
    },
  };
}
