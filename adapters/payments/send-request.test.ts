import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { failureOf } from './contract/subject.ts';
import { createSender, createWire, type Wire } from './send-request.ts';

const opened: { server: Server; wire: Wire; sockets: Socket[] }[] = [];

/** A provider made of bytes: `onRequest` sees every chunk that arrives on any of its sockets. */
async function provider(onRequest: (socket: Socket, text: string) => void) {
  const sockets: Socket[] = [];
  const seen: string[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      seen.push(chunk.toString());
      onRequest(socket, chunk.toString());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const wire = createWire(`http://127.0.0.1:${port}`);
  opened.push({ server, wire, sockets });
  return { wire, seen, sockets, port };
}

function call(timeoutMs = 2_000) {
  return {
    method: 'POST' as const,
    path: '/v1/charges',
    body: { amount: 1 },
    idempotencyKey: 'key-1',
    deadlineAtMonotonicMs: performance.now() + timeoutMs,
  };
}

const answerOk = (socket: Socket): void =>
  void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n{}');

afterEach(() => {
  vi.restoreAllMocks();
  for (const { server, wire, sockets } of opened.splice(0)) {
    wire.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

describe('what a failed exchange says about the request', () => {
  it('sends once and reads the answer', async () => {
    const { wire, seen } = await provider(answerOk);
    expect(await wire.send(call())).toMatchObject({ status: 200, text: '{}' });
    expect(seen.join('')).toMatch(/^POST \/v1\/charges HTTP\/1.1[\s\S]*idempotency-key: key-1[\s\S]*\{"amount":1\}$/i);
  });

  it('a refused connection was certainly not sent', async () => {
    const { wire } = await provider(answerOk);
    const closed = opened[0]?.server;
    await new Promise((resolve) => closed?.close(resolve));
    expect(await failureOf(wire.send(call()))).toMatchObject({ kind: 'not_sent', code: 'unreachable' });
  });

  it('a name nobody resolves was certainly not sent', async () => {
    const wire = createWire('http://provider.invalid');
    expect((await failureOf(wire.send(call()))).kind).toBe('not_sent');
    wire.close();
  });

  it('a deadline that is past writes nothing', async () => {
    const { wire, seen } = await provider(answerOk);
    expect(await failureOf(wire.send(call(-1)))).toMatchObject({ kind: 'not_sent', code: 'deadline_passed' });
    expect(seen).toEqual([]);
  });

  it('a process that stood still while connecting looks at the clock again and writes nothing', async () => {
    const { wire, seen, sockets } = await provider(answerOk);
    const realNow = performance.now.bind(performance);
    const request = call(60_000);
    const clock = vi.spyOn(performance, 'now').mockImplementationOnce(realNow);
    clock.mockImplementation(() => realNow() + 120_000);
    expect(await failureOf(wire.send(request))).toMatchObject({ kind: 'not_sent', code: 'deadline_passed' });
    await vi.waitFor(() => expect(sockets).toHaveLength(1));
    expect(seen).toEqual([]);
  });

  it('no answer before the deadline is unknown', async () => {
    const { wire, seen } = await provider(() => undefined);
    expect(await failureOf(wire.send(call(150)))).toMatchObject({ kind: 'unknown', code: 'timeout' });
    expect(seen).toHaveLength(1);
  });

  it('a reset after writing is unknown', async () => {
    const { wire } = await provider((socket) => socket.resetAndDestroy());
    expect(await failureOf(wire.send(call()))).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
  });

  it('a reset on a reused socket is unknown and is not sent again behind our back', async () => {
    let requestCount = 0;
    const { wire, sockets, seen } = await provider((socket) => {
      requestCount += 1;
      if (requestCount === 1) answerOk(socket);
      else socket.resetAndDestroy();
    });
    await wire.send(call());
    expect(await failureOf(wire.send(call()))).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
    expect([sockets.length, seen.length]).toEqual([1, 2]);
  });

  it('an answer cut in the middle is unknown', async () => {
    const { wire } = await provider((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n{"id":');
      socket.end();
    });
    expect(await failureOf(wire.send(call()))).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
  });

  it('an answer that trickles past the deadline is unknown', async () => {
    const { wire } = await provider((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n{"id":'));
    expect(await failureOf(wire.send(call(150)))).toMatchObject({ kind: 'unknown', code: 'timeout' });
  });

  it('an answer larger than any of ours is unknown, and is not read to its end', async () => {
    const { wire } = await provider((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n');
      socket.write(Buffer.alloc(2_000_000, ' '));
    });
    expect(await failureOf(wire.send(call()))).toMatchObject({ kind: 'unknown', code: 'answer_too_large' });
  });

  it('a redirect is an answer, and nobody follows it', async () => {
    const { wire, seen } = await provider((socket) =>
      socket.write('HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n'),
    );
    expect(await wire.send(call())).toMatchObject({ status: 302 });
    expect(seen).toHaveLength(1);
  });

  it('a TLS handshake that fails was certainly not sent', async () => {
    const { seen, port } = await provider((socket) => socket.destroy());
    const sender = createSender();
    const failure = await failureOf(sender.send(new URL(`https://127.0.0.1:${port}/v1/charges`), call()));
    expect(failure).toMatchObject({ kind: 'not_sent', code: 'unreachable' });
    expect(seen.join('')).not.toContain('POST');
    sender.close();
  });
});
