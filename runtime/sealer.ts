import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

export interface Sealed {
  sealed: Uint8Array;
  /** Name of the key; stored beside what it sealed. */
  sealedBy: string;
}

export interface Sealer {
  /** `purpose` binds the result to where it stands (`tenant/provider/mode`): moved to another row, it does not open. */
  seal(text: string, purpose: string): Sealed;
  /** Throws where key, purpose or bytes are not those it was sealed with. */
  open(sealed: Sealed, purpose: string): string;
  /** False for what an older key sealed: to be sealed anew when it is written next. */
  isCurrent(sealedBy: string): boolean;
}

const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM for credentials at rest. `keys` is `name:secret` each, the first seals and every one opens: rotation puts a new
 * one in front and keeps the old until nothing names it. Layout: nonce (12), tag (16), ciphertext.
 */
export function createSealer(keys: readonly { name: string; secret: string }[]): Sealer {
  const byName = new Map(keys.map(({ name, secret }) => [name, deriveKey(secret)]));
  const [current] = keys;
  if (current === undefined || byName.size !== keys.length)
    throw new Error('sealing needs keys with names of their own');

  function keyOf(name: string): Uint8Array {
    const key = byName.get(name);
    if (key === undefined) throw new Error(`sealed by key "${name}", which is not configured`);
    return key;
  }

  return {
    seal(text, purpose) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', keyOf(current.name), nonce).setAAD(Buffer.from(purpose));
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return { sealed: Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]), sealedBy: current.name };
    },
    open({ sealed, sealedBy }, purpose) {
      const nonce = sealed.subarray(0, nonceBytes);
      const tag = sealed.subarray(nonceBytes, nonceBytes + tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', keyOf(sealedBy), nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()]).toString(
        'utf8',
      );
    },
    isCurrent: (sealedBy) => sealedBy === current.name,
  };
}

/** A configured secret may be of any length; the cipher wants 32 bytes. */
function deriveKey(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'redcore sealed credentials', 32));
}
