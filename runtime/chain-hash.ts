import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';

export interface ChainHash {
  /** `name:hex`, by the key in front. */
  of(text: string): string;
  /** By the key of that name, else null. */
  by(name: string, text: string): string | null;
  /** Null where it was made with a key that is not configured: nothing can be said of it. */
  isOf(hash: string, text: string): boolean | null;
}

/**
 * HMAC-SHA-256 with keys derived from those that seal credentials (`name:secret`, the first makes new ones), so that whoever has
 * the database alone can make none. `purpose` keeps what is hashed for one thing from passing for another.
 */
export function createChainHash(keys: readonly { name: string; secret: string }[], purpose: string): ChainHash {
  const derived = new Map(keys.map(({ name, secret }) => [name, deriveKey(secret, purpose)]));
  const current = keys[0]?.name;
  if (current === undefined) throw new Error('a chain needs a key');

  function hashBy(name: string, text: string): string | null {
    const key = derived.get(name);
    return key === undefined ? null : `${name}:${createHmac('sha256', key).update(text).digest('hex')}`;
  }

  return {
    by: hashBy,
    of: (text) => hashBy(current, text) as string,
    isOf(hash, text) {
      const made = hashBy(keyNameOf(hash), text);
      if (made === null) return null;
      return made.length === hash.length && timingSafeEqual(Buffer.from(made), Buffer.from(hash));
    },
  };
}

/** Of the key that made a hash. */
export function keyNameOf(hash: string): string {
  return hash.split(':')[0] ?? '';
}

function deriveKey(secret: string, purpose: string): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', `redcore chain: ${purpose}`, 32)));
}
