import { verify } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ParseWebhookRequest } from '../port.ts';
import { badSignature, type CertificateStore } from './certificates.ts';

const toleranceMs = 5 * 60_000;

/**
 * PayPal signs `transmission id|time|webhook id|crc32 of the raw body` with RSA and SHA-256
 * (developer.paypal.com/api/rest/webhooks/rest). Time and address are looked at before the certificate is fetched.
 */
export async function verifySignature(certificates: CertificateStore, request: ParseWebhookRequest): Promise<void> {
  const { headers, settings, now } = request;
  const id = headers['paypal-transmission-id'];
  const time = headers['paypal-transmission-time'];
  const signature = headers['paypal-transmission-sig'];
  const address = headers['paypal-cert-url'];
  const webhookId = settings['webhook_id'];
  if (!id || !time || !signature || !address) throw badSignature('headers missing');
  if (!webhookId) throw badSignature('the endpoint knows no webhook_id');
  if (headers['paypal-auth-algo'] !== 'SHA256withRSA') throw badSignature('unknown algorithm');
  const sentAtMs = Date.parse(time);
  if (!(Math.abs(now.getTime() - sentAtMs) <= toleranceMs)) throw badSignature('too old or ahead');
  const key = await certificates.keyAt(address, { certHost: settings['cert_host'] || undefined, now });
  const signed = Buffer.from(`${id}|${time}|${webhookId}|${crc32(request.rawBody)}`);
  if (key.asymmetricKeyType !== 'rsa' || !verify('sha256', signed, key, Buffer.from(signature, 'base64'))) {
    throw badSignature('no signature matches');
  }
}
