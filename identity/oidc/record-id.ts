import { createHash } from 'node:crypto';
import type { AdapterPayload } from 'oidc-provider';

/** Codes, tokens and session ids open something: what is stored is their hash, so that whoever reads the store cannot use them. */
export function hashRecordId(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}

/** The id stands in the record too, readable: whoever looks for it knows it. */
export function withoutId(payload: AdapterPayload): AdapterPayload {
  const kept = { ...payload };
  delete kept.jti;
  return kept;
}
