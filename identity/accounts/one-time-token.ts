import { createHash, randomBytes } from 'node:crypto';

const tokenBytes = 32;

/** What a link carries; only its hash is stored. */
export function makeOneTimeToken(): { token: string; tokenHash: string } {
  const token = randomBytes(tokenBytes).toString('base64url');
  return { token, tokenHash: hashOneTimeToken(token) };
}

/** SHA-256, hex: the token is random enough to need no more. */
export function hashOneTimeToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
