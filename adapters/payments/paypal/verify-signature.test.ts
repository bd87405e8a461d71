import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failureOf } from '../contract/subject.ts';
import { signEvent } from '../sandbox/paypal-server/sign-event.ts';
import { testCertificatePem } from '../sandbox/paypal-server/test-certificate.ts';
import { createCertificateStore } from './certificates.ts';
import { verifySignature } from './verify-signature.ts';

let server: Server;
let host: string;
let requests: string[];
let answer: { status: number; body: string; location?: string };

const rawBody = Buffer.from('{"id":"WH-1","name":"Zoë"}');
const certPath = '/v1/notifications/certs/CERT-SANDBOX';

beforeEach(async () => {
  requests = [];
  answer = { status: 200, body: testCertificatePem };
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function delivery(more: { headers?: Record<string, string>; now?: Date; certHost?: string } = {}) {
  const headers = { ...signEvent(rawBody, `http://${host}`, { sentAt: new Date() }), ...more.headers };
  const settings = { webhook_id: 'WH-SANDBOX', cert_host: more.certHost ?? host };
  return { headers, rawBody, secret: '', settings, now: more.now ?? new Date() };
}

describe("PayPal's signature", () => {
  it('is good over the raw bytes, and its certificate is fetched once', async () => {
    const certificates = createCertificateStore();
    await Promise.all([verifySignature(certificates, delivery()), verifySignature(certificates, delivery())]);
    await verifySignature(certificates, delivery());
    expect(requests).toEqual([certPath]);
  });

  it.each([
    ['five minutes old less a second', 299_000, null],
    ['over five minutes old', 301_000, 'bad_signature'],
    ['five minutes ahead less a second', -299_000, null],
    ['over five minutes ahead', -301_000, 'bad_signature'],
  ])('%s', async (_name, ageMs, code) => {
    const now = new Date(Date.now() + ageMs);
    const result = verifySignature(createCertificateStore(), delivery({ now })).catch((error: unknown) => error);
    if (code === null) expect(await result).toBeUndefined();
    else expect(await result).toMatchObject({ kind: 'rejected', code });
    expect(requests).toHaveLength(code === null ? 1 : 0);
  });

  it('of another body, time or id is refused', async () => {
    const certificates = createCertificateStore();
    const forged = [
      { ...delivery(), rawBody: Buffer.from('{"id":"WH-2"}') },
      delivery({ headers: { 'paypal-transmission-time': new Date(Date.now() - 1000).toISOString() } }),
      delivery({ headers: { 'paypal-transmission-id': 'other' } }),
      delivery({ headers: { 'paypal-transmission-sig': 'not base64 at all' } }),
      delivery({ headers: { 'paypal-transmission-time': 'soon' } }),
    ];
    for (const each of forged) {
      expect(await failureOf(verifySignature(certificates, each))).toMatchObject({
        kind: 'rejected',
        code: 'bad_signature',
      });
    }
  });
});

describe('the certificate address (F15)', () => {
  it.each([
    ['this machine', 'http://127.0.0.1:9/v1/notifications/certs/CERT-1'],
    ['this machine by name over https', 'https://localhost/v1/notifications/certs/CERT-1'],
    ['another host', 'https://evil.example/v1/notifications/certs/CERT-1'],
    ["a host that begins like PayPal's", 'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1'],
    ["a host that ends like PayPal's", 'https://evilapi.paypal.com/v1/notifications/certs/CERT-1'],
    ['PayPal over http', 'http://api.paypal.com/v1/notifications/certs/CERT-1'],
    ["another port of PayPal's", 'https://api.paypal.com:8443/v1/notifications/certs/CERT-1'],
    ['a user in the address', 'https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1'],
    ['credentials for PayPal', 'https://me:you@api.paypal.com/v1/notifications/certs/CERT-1'],
    ['another path', 'https://api.paypal.com/redirect?to=evil'],
    ['a path that climbs', 'https://api.paypal.com/v1/notifications/certs/../../x'],
    ['a file', 'file:///etc/passwd'],
    ['no address', 'CERT-1'],
  ])('%s is refused without any outbound call', async (_name, address) => {
    const outbound = vi.spyOn(globalThis, 'fetch');
    const request = delivery({ headers: { 'paypal-cert-url': address } });
    expect(await failureOf(verifySignature(createCertificateStore(), request))).toMatchObject({
      kind: 'rejected',
      code: 'bad_certificate_address',
    });
    expect(outbound).not.toHaveBeenCalled();
    expect(requests).toEqual([]);
  });

  it('of the dialect is refused where the endpoint does not name its host', async () => {
    const request = delivery({ certHost: '' });
    expect((await failureOf(verifySignature(createCertificateStore(), request))).code).toBe('bad_certificate_address');
    expect(requests).toEqual([]);
  });

  it.each(['api.paypal.com', 'api-m.paypal.com', 'api.sandbox.paypal.com', 'api-m.sandbox.paypal.com'])(
    '%s is fetched over https',
    async (paypalHost) => {
      const outbound = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(testCertificatePem));
      const address = `https://${paypalHost}/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270`;
      await verifySignature(createCertificateStore(), delivery({ headers: { 'paypal-cert-url': address } }));
      expect(outbound).toHaveBeenCalledWith(new URL(address), expect.objectContaining({ redirect: 'manual' }));
    },
  );
});

describe('the certificate itself', () => {
  const bad: [string, typeof answer, object][] = [
    [
      'a redirect is not followed',
      { status: 302, body: '', location: '/elsewhere' },
      { kind: 'rejected', code: 'bad_signature' },
    ],
    ['nothing there', { status: 404, body: '' }, { kind: 'rejected', code: 'bad_signature' }],
    ['no certificate', { status: 200, body: '<html>' }, { kind: 'rejected', code: 'bad_signature' }],
    ['far too large', { status: 200, body: 'x'.repeat(100_000) }, { kind: 'rejected', code: 'bad_signature' }],
    [
      'its host is down: delivered again later',
      { status: 503, body: '' },
      { kind: 'not_sent', code: 'certificate_unavailable' },
    ],
  ];
  it.each(bad)('%s', async (_name, given, expected) => {
    answer = given;
    const certificates = createCertificateStore();
    expect(await failureOf(verifySignature(certificates, delivery()))).toMatchObject(expected);
    expect(requests).toEqual([certPath]);
    answer = { status: 200, body: testCertificatePem };
    await verifySignature(certificates, delivery());
  });

  it('is refused outside its own dates', async () => {
    const now = new Date('2121-01-01T00:00:00Z');
    const headers = signEvent(rawBody, `http://${host}`, { sentAt: now });
    expect((await failureOf(verifySignature(createCertificateStore(), delivery({ headers, now })))).code).toBe(
      'bad_signature',
    );
  });

  it('is fetched at most four at a time, whatever is delivered', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const outbound = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
      await gate;
      return new Response('', { status: 404 });
    });
    const certificates = createCertificateStore();
    const address = (index: number) => ({
      'paypal-cert-url': `https://api.paypal.com/v1/notifications/certs/CERT-${index}`,
    });
    const results = Array.from({ length: 20 }, (_value, index) =>
      failureOf(verifySignature(certificates, delivery({ headers: address(index) }))),
    );
    release();
    const codes = (await Promise.all(results)).map(({ code }) => code);
    expect(outbound).toHaveBeenCalledTimes(4);
    expect(codes.filter((code) => code === 'certificate_unavailable')).toHaveLength(16);
  });
});
