import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { newId, parseId } from '../db/new-id.ts';
import { type ApiKeyId, idPrefixes } from '../domain/ids.ts';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 32;

/** `rc_test_<id>_<secret><crc>` (`rc_live_…` for live tenants): the checksum lets a mistyped key be refused without a lookup. */
export function makeApiKey(mode: 'sandbox' | 'live'): { id: ApiKeyId; secret: string; text: string } {
  const id = newId('apiKey');
  const secret = Array.from({ length: secretLength }, () => alphabet[randomInt(alphabet.length)]).join('');
  const body = `rc_${mode === 'live' ? 'live' : 'test'}_${id.slice(idPrefixes.apiKey.length + 1)}_${secret}`;
  return { id, secret, text: body + checksum(body) };
}

/** A key as it is presented, before anybody has looked whether it opens anything. */
export interface PresentedKey {
  id: ApiKeyId;
  secret: string;
  mode: 'sandbox' | 'live';
}

/** Null when the text is no key of ours. */
export function parseApiKey(text: string): PresentedKey | null {
  const match = /^(rc_(test|live)_([0-9a-z]{26})_([0-9A-Za-z]{32}))([0-9a-f]{8})$/.exec(text);
  if (!match) return null;
  const [, body = '', prefix, suffix = '', secret = '', crc] = match;
  if (checksum(body) !== crc) return null;
  const id = parseId('apiKey', `${idPrefixes.apiKey}_${suffix}`);
  return id ? { id, secret, mode: prefix === 'live' ? 'live' : 'sandbox' } : null;
}

const keyLike = /rc_(?:test|live)_[0-9a-z]{26}_[0-9A-Za-z]{40}/g;

/** Whether a key of ours stands anywhere in a text. */
export function containsApiKey(text: string): boolean {
  return text.includes('rc_') && [...text.matchAll(keyLike)].some(([found]) => parseApiKey(found) !== null);
}

/** HMAC-SHA-256, hex: what is stored in place of the secret. */
export function hashApiKeySecret(secret: string, keySecret: string): string {
  return createHmac('sha256', keySecret).update(secret).digest('hex');
}

export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
