import { createHash, randomBytes } from 'node:crypto';

const secretBytes = 32;

/** What a cookie or a one-time link carries: 32 random bytes, base64url. */
export function makeSecret(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** What is stored in its place: of so many random bits a plain digest tells nothing. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function isSecret(text: string | undefined): text is string {
  return text !== undefined && /^[\w-]{43}$/.test(text);
}
