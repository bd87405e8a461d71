import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DialectName } from './provider-dialects.ts';

/** What somebody sends who has no secret of the provider's: nothing, or signatures of the right form. */
export function forgedHeaders(
  name: DialectName,
  at: { provider: string; elsewhere: string },
): readonly Record<string, string>[] {
  const seconds = Math.floor(Date.now() / 1_000);
  const certificate = (origin: string) => ({
    'paypal-transmission-id': 'forged',
    'paypal-transmission-time': new Date().toISOString(),
    'paypal-transmission-sig': Buffer.alloc(256).toString('base64'),
    'paypal-auth-algo': 'SHA256withRSA',
    'paypal-cert-url': new URL('/v1/notifications/certs/CERT-1', origin).href,
  });
  const forged: Record<DialectName, Record<string, string>[]> = {
    stripe: [{ 'stripe-signature': `t=${seconds},v1=${'0'.repeat(64)}` }],
    paypal: [certificate(at.provider), certificate(at.elsewhere), certificate('https://api.paypal.com.evil.example')],
    custom: [
      {
        'webhook-id': 'forged',
        'webhook-timestamp': String(seconds),
        'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
      },
    ],
  };
  return [{}, ...forged[name]];
}

/** An address on this machine that nobody has reason to ask. */
export async function startSilentServer(): Promise<{ url: string; asked(): number; stop(): Promise<void> }> {
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked: () => count,
    stop: () => new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  };
}
