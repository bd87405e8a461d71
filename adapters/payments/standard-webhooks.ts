import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { ProviderError } from './provider-error.ts';

const toleranceSeconds = 300;
const secretPrefix = 'whsec_';

export interface WebhookToSign {
  /** `whsec_` and base64, or base64 alone. */
  secret: string;
  id: string;
  timestampSeconds: number;
  body: Uint8Array;
}

export interface WebhookToVerify {
  /** Lower-case names. */
  headers: Record<string, string | undefined>;
  rawBody: Uint8Array;
  secret: string;
  now: Date;
}

/** The `webhook-signature` value of the Standard Webhooks specification: `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`. */
export function signWebhook(webhook: WebhookToSign): string {
  return `v1,${digest(webhook).toString('base64')}`;
}

/**
 * Checks signature and age (five minutes either way, by the caller's clock) and returns the event id. The published library
 * reads its own clock and wants the body as text, which would re-encode the signed bytes.
 * Throws `ProviderError('rejected', 'bad_signature')`.
 */
export function verifyWebhook(request: WebhookToVerify): string {
  const id = request.headers['webhook-id'];
  const timestamp = request.headers['webhook-timestamp'];
  const signatures = request.headers['webhook-signature'];
  if (!id || !signatures || timestamp === undefined || !/^\d{1,12}$/.test(timestamp))
    throw badSignature('headers missing');
  const timestampSeconds = Number(timestamp);
  if (Math.abs(request.now.getTime() / 1000 - timestampSeconds) > toleranceSeconds)
    throw badSignature('too old or ahead');
  const expected = digest({ secret: request.secret, id, timestampSeconds, body: request.rawBody });
  if (!signatures.split(' ').some((signature) => matches(signature, expected)))
    throw badSignature('no signature matches');
  return id;
}

function digest(webhook: WebhookToSign): Buffer {
  const encoded = webhook.secret.startsWith(secretPrefix) ? webhook.secret.slice(secretPrefix.length) : webhook.secret;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length === 0) throw new Error('a webhook secret is empty or not base64');
  // Node takes several times as long over the same key as bare bytes.
  const key = createSecretKey(bytes);
  return createHmac('sha256', key).update(`${webhook.id}.${webhook.timestampSeconds}.`).update(webhook.body).digest();
}

function matches(signature: string, expected: Buffer): boolean {
  if (!signature.startsWith('v1,')) return false;
  const given = Buffer.from(signature.slice(3), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function badSignature(reason: string): ProviderError {
  return new ProviderError('rejected', 'bad_signature', { message: `webhook refused: ${reason}` });
}
