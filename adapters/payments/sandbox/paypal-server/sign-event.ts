import { randomUUID, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { sandboxWebhookId } from './paypal.ts';
import { testSigningKeyPem } from './test-certificate.ts';

export const certificatePath = '/v1/notifications/certs/CERT-SANDBOX';

/** The headers of one delivery; the certificate is the dialect's own test certificate. */
export function signEvent(
  body: Uint8Array,
  baseUrl: string,
  { sentAt, webhookId = sandboxWebhookId }: { sentAt: Date; webhookId?: string },
): Record<string, string> {
  const id = randomUUID();
  const time = sentAt.toISOString();
  const signed = Buffer.from(`${id}|${time}|${webhookId}|${crc32(body)}`);
  return {
    'paypal-transmission-id': id,
    'paypal-transmission-time': time,
    'paypal-transmission-sig': sign('sha256', signed, testSigningKeyPem).toString('base64'),
    'paypal-cert-url': `${baseUrl}${certificatePath}`,
    'paypal-auth-algo': 'SHA256withRSA',
  };
}
