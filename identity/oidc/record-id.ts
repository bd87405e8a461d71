import { createHash } from 'node:crypto';

/** Codes, tokens and session ids open something: what is stored is their hash, so that whoever reads the store cannot use them. */
export function hashRecordId(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
