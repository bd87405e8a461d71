import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { startServer } from './start-server.ts';

interface Reply {
  status: number | undefined;
  text: string;
  connection: string | undefined;
}

function ask(port: number, path: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false, headers: { connection: 'keep-alive' } });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      const { connection } = response.headers;
      response.on('end', () => resolve({ status: response.statusCode, text, connection }));
    });
    sent.end();
  });
}

it('answers what is under way before it stops, takes nothing new, and does not wait for idle connections', async () => {
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const app = new Hono();
  app.get('/quick', (c) => c.text('quick'));
  app.get('/slow', async (c) => {
    entered.resolve();
    await gate.promise;
    return c.text('done');
  });
  const server = await startServer(app, { host: '127.0.0.1', port: 0 });
  expect(await ask(server.port, '/quick')).toEqual({ status: 200, text: 'quick', connection: 'keep-alive' });
  const slow = ask(server.port, '/slow');
  await entered.promise;
  const stopped = server.stopAccepting();
  await expect(ask(server.port, '/quick')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  gate.resolve();
  expect(await slow).toEqual({ status: 200, text: 'done', connection: 'close' });
  await stopped;
});

it('says so when the port is taken', async () => {
  const server = await startServer(new Hono(), { host: '127.0.0.1', port: 0 });
  await expect(startServer(new Hono(), { host: '127.0.0.1', port: server.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await server.stopAccepting();
});

it('goes on answering while the load balancer finds out, each time for the last time on that connection', async () => {
  const app = new Hono();
  app.get('/quick', (c) => c.text('quick'));
  const server = await startServer(app, { host: '127.0.0.1', port: 0, drainWaitMs: 300 });
  const stopped = server.stopAccepting();
  expect(await ask(server.port, '/quick')).toEqual({ status: 200, text: 'quick', connection: 'close' });
  await stopped;
  await expect(ask(server.port, '/quick')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

async function openMany(port: number, count: number): Promise<{ open: number; close(): void }> {
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  const ends = sockets.map(
    (socket) =>
      new Promise<boolean>((resolve) => {
        socket.on('error', () => resolve(false));
        socket.on('close', () => resolve(false));
        socket.on('data', () => resolve(true));
        socket.write('GET /quick HTTP/1.1\r\nHost: x\r\n\r\n');
      }),
  );
  const open = (await Promise.all(ends)).filter(Boolean).length;
  return { open, close: () => sockets.forEach((socket) => void socket.destroy()) };
}

it('holds no more than some connections of one network, unless it is a trusted proxy', async () => {
  const app = new Hono();
  app.get('/quick', (c) => c.text('quick'));
  const limited = { host: '127.0.0.1', port: 0, connectionsPerAddressMax: 5 };
  const strict = await startServer(app, limited);
  const trusting = await startServer(app, { ...limited, trustedProxies: ['127.0.0.1'] });
  const first = await openMany(strict.port, 12);
  expect(first.open).toBe(5);
  first.close();
  await expect
    .poll(async () => {
      const again = await openMany(strict.port, 5);
      again.close();
      return again.open;
    })
    .toBe(5);
  const proxied = await openMany(trusting.port, 12);
  expect(proxied.open).toBe(12);
  proxied.close();
  await Promise.all([strict.stopAccepting(), trusting.stopAccepting()]);
});

it('does not wait for a connection that was opened ahead of need and has carried nothing', async () => {
  const server = await startServer(new Hono(), { host: '127.0.0.1', port: 0 });
  const socket = connect(server.port, '127.0.0.1');
  const closed = once(socket.resume(), 'close');
  await once(socket, 'connect');
  await server.stopAccepting();
  await closed;
  expect(socket.bytesRead).toBe(0);
});
