import { request } from 'node:http';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { startServer } from './start-server.ts';

function ask(port: number, path: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false, headers: { connection: 'keep-alive' } });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
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
  expect(await ask(server.port, '/quick')).toEqual({ status: 200, text: 'quick' });
  const slow = ask(server.port, '/slow');
  await entered.promise;
  const stopped = server.stopAccepting();
  await expect(ask(server.port, '/quick')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  gate.resolve();
  expect(await slow).toEqual({ status: 200, text: 'done' });
  await stopped;
});

it('says so when the port is taken', async () => {
  const server = await startServer(new Hono(), { host: '127.0.0.1', port: 0 });
  await expect(startServer(new Hono(), { host: '127.0.0.1', port: server.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await server.stopAccepting();
});
