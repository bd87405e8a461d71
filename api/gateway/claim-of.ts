import { createHash } from 'node:crypto';
import type { Claim } from '../../db/queries/idempotency-keys.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { refuseSecretText } from './check-text.ts';

const keyPattern = /^[\x20-\x7e]{1,255}$/;

const field = 'Idempotency-Key';
const invalidKey = (message: string) =>
  new DomainError('invalid_request', `The idempotency key ${message}.`, { field, errors: [{ field, message }] });

/** The key of a call: from the header, from the body's `idempotency_key`, or from both when they agree (spec §6). */
export function idempotencyKeyOf(header: string | undefined, body: unknown): string | null {
  const inBody = isObject(body) && typeof body['idempotency_key'] === 'string' ? body['idempotency_key'] : undefined;
  if (header !== undefined && inBody !== undefined && header !== inBody) {
    throw invalidKey('in the body differs from the one in the header');
  }
  const key = header ?? inBody;
  if (key === undefined) return null;
  if (!keyPattern.test(key)) throw invalidKey('must have 1 to 255 printable characters');
  refuseSecretText(key, field);
  return key;
}

/**
 * Same method, path and body, whatever the order of its members, make the same request; the version is no part of it. A customer's
 * keys are its own: the character between is in no key.
 */
export function claimOf(
  key: string,
  request: { method: string; path: string; body: unknown; customerId?: CustomerId | null },
): Claim {
  const path = request.path.startsWith('/v1/') ? request.path.slice(3) : request.path;
  const text = `${request.method} ${path}\n${canonical(withoutKey(request.body))}`;
  const ofCustomer = request.customerId ? `${request.customerId}\n` : '';
  return { key: ofCustomer + key, hash: createHash('sha256').update(text).digest('hex') };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutKey(body: unknown): unknown {
  if (!isObject(body) || !('idempotency_key' in body)) return body;
  const { idempotency_key: _key, ...rest } = body;
  return rest;
}

/** JSON with sorted member names. The depth is bounded by the text check that comes first. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(',')}}`;
}
