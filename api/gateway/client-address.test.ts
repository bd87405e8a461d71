import { request } from 'node:http';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startServer } from '../start-server.ts';
import { type ClientAddress, createClientFinder } from './client-address.ts';

let server: ApiServer;
const finders = {
  untrusting: createClientFinder(),
  trusting: createClientFinder(['127.0.0.0/8', '10.0.0.0/8']),
  elsewhere: createClientFinder(['192.0.2.0/24']),
};

beforeAll(async () => {
  const app = new Hono();
  for (const [name, find] of Object.entries(finders)) app.get(`/${name}`, (c) => c.json(find(c)));
  server = await startServer(app, { host: '127.0.0.1', port: 0 });
});
afterAll(() => server.stopAccepting());

function ask(finder: keyof typeof finders, headers: Record<string, string>): Promise<ClientAddress> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path: `/${finder}`, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve(JSON.parse(text) as ClientAddress));
    });
    sent.end();
  });
}

const forged = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };

describe('where a request came from', () => {
  it('is the peer, whatever it writes, where no proxy is trusted', async () => {
    expect(await ask('untrusting', forged)).toEqual({ ip: '127.0.0.1', isSecure: false });
  });

  it('is the peer, whatever it writes, where another proxy is trusted', async () => {
    expect(await ask('elsewhere', forged)).toEqual({ ip: '127.0.0.1', isSecure: false });
  });

  it('is what a trusted proxy says', async () => {
    expect(await ask('trusting', forged)).toEqual({ ip: '203.0.113.9', isSecure: true });
    expect(await ask('trusting', { 'x-forwarded-for': '203.0.113.9, 10.1.2.3' })).toMatchObject({ ip: '203.0.113.9' });
  });

  it('is not what a client put in front of the proxy’s word', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };
    expect(await ask('trusting', headers)).toEqual({ ip: '203.0.113.9', isSecure: false });
  });

  it.each(['no address', '<script>', '203.0.113.9:8080'])('is the proxy where the header says %s', async (text) => {
    expect(await ask('trusting', { 'x-forwarded-for': text })).toMatchObject({ ip: '127.0.0.1' });
  });
});
