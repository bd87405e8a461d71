import { Agent as HttpAgent } from 'node:http';
import { createServer as createHttps, Agent as HttpsAgent } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../contract/subject.ts';
import { testCertificatePem, testSigningKeyPem } from '../sandbox/paypal-server/test-certificate.ts';
import { sendOnce } from './send-once.ts';

const opened: { server: Server; sockets: Socket[] }[] = [];
const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };

/** PayPal made of bytes: `onRequest` sees every chunk that arrives on any of its sockets. */
async function paypalOf(onRequest: (socket: Socket, text: string) => void) {
  const [sockets, seen]: [Socket[], string[]] = [[], []];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      seen.push(chunk.toString());
      onRequest(socket, chunk.toString());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({ server, sockets });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { baseUrl, seen, sockets, send: (timeoutMs = 2_000) => send(baseUrl, timeoutMs) };
}

function send(baseUrl: string, timeoutMs: number) {
  const deadlineAtMonotonicMs = performance.now() + timeoutMs;
  return sendOnce({ sockets: agents, baseUrl, deadlineAtMonotonicMs })({
    method: 'post',
    url: 'https://api-m.sandbox.paypal.com/v2/checkout/orders?x=1',
    headers: { toJSON: () => ({ 'PayPal-Request-Id': 'key-1', 'Content-Type': 'application/json', empty: undefined }) },
    data: '{"intent":"CAPTURE"}',
  });
}

const answerWith = (head: string) => (socket: Socket) =>
  void socket.write(`HTTP/1.1 ${head}\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n{}`);

afterEach(() => {
  for (const { server, sockets } of opened.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

describe('what a failed exchange with PayPal says about the request', () => {
  it('sends once, to the origin it was given, and reads the answer', async () => {
    const { send: exchange, seen } = await paypalOf(answerWith('201 Created'));
    expect(await exchange()).toMatchObject({ status: 201, data: '{}' });
    expect(seen.join('')).toMatch(
      /^POST \/v2\/checkout\/orders\?x=1 HTTP\/1.1[\s\S]*paypal-request-id: key-1[\s\S]*\{"intent":"CAPTURE"\}$/,
    );
    expect(seen.join('')).not.toContain('empty');
  });

  it('follows no redirect', async () => {
    const { send: exchange, seen } = await paypalOf(answerWith('302 Found\r\nlocation: /elsewhere'));
    expect(await exchange()).toMatchObject({ status: 302 });
    expect(seen).toHaveLength(1);
  });

  it('a refused connection was certainly not sent', async () => {
    const { baseUrl } = await paypalOf(answerWith('200 OK'));
    await new Promise((resolve) => opened[0]?.server.close(resolve));
    expect(await failureOf(send(baseUrl, 2_000))).toMatchObject({ kind: 'not_sent', code: 'unreachable' });
  });

  it('a server without a trusted certificate gets nothing', async () => {
    const bodies: string[] = [];
    const server = createHttps({ key: testSigningKeyPem, cert: testCertificatePem }, (request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push({ server, sockets: [] });
    const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await failureOf(send(baseUrl, 2_000))).toMatchObject({ kind: 'not_sent', code: 'unreachable' });
    expect(bodies).toEqual([]);
  });

  it('a deadline that is past writes nothing', async () => {
    const { send: exchange, seen } = await paypalOf(answerWith('200 OK'));
    expect(await failureOf(exchange(-1))).toMatchObject({ kind: 'not_sent', code: 'deadline_passed' });
    expect(seen).toEqual([]);
  });

  it('a process that slept past its deadline writes nothing when it wakes', async () => {
    const { send: exchange, seen } = await paypalOf(answerWith('200 OK'));
    await exchange();
    const late = exchange(20);
    const until = performance.now() + 60;
    while (performance.now() < until);
    expect(await failureOf(late)).toMatchObject({ kind: 'not_sent', code: 'deadline_passed' });
    expect(seen).toHaveLength(1);
  });

  it('silence past the deadline is unknown', async () => {
    const { send: exchange } = await paypalOf(() => undefined);
    expect(await failureOf(exchange(150))).toMatchObject({ kind: 'unknown', code: 'timeout' });
  });

  it('a reset on a reused socket is unknown and is not sent again behind our back', async () => {
    let requestCount = 0;
    const {
      send: exchange,
      sockets,
      seen,
    } = await paypalOf((socket) => {
      requestCount += 1;
      if (requestCount === 1) answerWith('200 OK')(socket);
      else socket.resetAndDestroy();
    });
    await exchange();
    expect(await failureOf(exchange())).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
    expect([sockets.length, seen.length]).toEqual([1, 2]);
  });

  it('an answer cut in the middle is unknown', async () => {
    const { send: exchange } = await paypalOf((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n{"id":');
      socket.end();
    });
    expect(await failureOf(exchange())).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
  });
});
