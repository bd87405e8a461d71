import { type KeyObject, X509Certificate } from 'node:crypto';
import { ProviderError } from '../provider-error.ts';

export interface CertificateStore {
  /**
   * The public key of the certificate at this address. An address off the allow-list is refused with
   * `ProviderError('rejected', 'bad_certificate_address')` before anything is opened.
   */
  keyAt: (address: string, allowed: { certHost: string | undefined; now: Date }) => Promise<KeyObject>;
}

const paypalHosts = new Set([
  'api.paypal.com',
  'api-m.paypal.com',
  'api.sandbox.paypal.com',
  'api-m.sandbox.paypal.com',
]);
const certificatePath = /^\/v1\/notifications\/certs\/[A-Za-z0-9._-]{1,128}$/;
const fetchTimeoutMs = 3_000;
const fetchesMax = 4;
const certificatesMax = 64;
const certificateBytesMax = 32_768;

/** Certificates are kept by address; a forger can make this process fetch only names of PayPal's own, four at a time. */
export function createCertificateStore(): CertificateStore {
  const kept = new Map<string, X509Certificate>();
  const fetching = new Map<string, Promise<X509Certificate>>();

  async function certificateAt(url: URL): Promise<X509Certificate> {
    const { href } = url;
    const earlier = kept.get(href) ?? fetching.get(href);
    if (earlier !== undefined) return earlier;
    if (fetching.size >= fetchesMax) throw new ProviderError('not_sent', 'certificate_unavailable');
    const fetched = fetchCertificate(url).finally(() => fetching.delete(href));
    fetching.set(href, fetched);
    const certificate = await fetched;
    if (kept.size >= certificatesMax) kept.clear();
    kept.set(href, certificate);
    return certificate;
  }

  return {
    async keyAt(address, { certHost, now }) {
      const certificate = await certificateAt(readAddress(address, certHost));
      const validFrom = new Date(certificate.validFrom);
      const validTo = new Date(certificate.validTo);
      if (now < validFrom || now > validTo) throw badSignature('the certificate is out of date');
      return certificate.publicKey;
    },
  };
}

/** Exact hosts over https; the host that was configured for a stand-in of PayPal may speak plain http. */
function readAddress(address: string, certHost: string | undefined): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  const isPlain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (isPlain && certificatePath.test(url.pathname)) {
    if (url.protocol === 'https:' && (paypalHosts.has(url.host) || url.host === certHost)) return url;
    if (url.protocol === 'http:' && certHost !== undefined && url.host === certHost) return url;
  }
  throw new ProviderError('rejected', 'bad_certificate_address', { message: 'webhook refused: foreign certificate' });
}

/** An answer that is no certificate is the sender's fault; no answer is nobody's, and PayPal delivers again. */
async function fetchCertificate(url: URL): Promise<X509Certificate> {
  let text: string;
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(fetchTimeoutMs) });
    if (response.status >= 500 || response.status === 429)
      throw new Error(`the certificate's host answered ${response.status}`);
    if (response.status !== 200) {
      await response.body?.cancel();
      throw badSignature(`no certificate at its address (${response.status})`);
    }
    text = await readLimited(response);
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError('not_sent', 'certificate_unavailable', { cause: error });
  }
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw badSignature('the certificate cannot be read', error);
  }
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > certificateBytesMax) throw badSignature('the certificate is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function badSignature(reason: string, cause?: unknown): ProviderError {
  return new ProviderError('rejected', 'bad_signature', { message: `webhook refused: ${reason}`, cause });
}
