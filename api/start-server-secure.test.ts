import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion } from 'node:tls';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClientFinder } from './gateway/client-address.ts';
import { type ApiServer, startServer } from './start-server.ts';

let server: ApiServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redcore-tls-'));
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '2'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile, '-out', certFile, ...subject],
    { stdio: 'ignore' },
  );
  const app = new Hono();
  const find = createClientFinder();
  app.get('/', (c) => c.json(find(c)));
  const tls = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  server = await startServer(app, { host: '127.0.0.1', port: 0, tls });
});
afterAll(async () => {
  await server.stopAccepting();
  rmSync(folder, { recursive: true, force: true });
});

/** What a client that speaks no other version is answered. Its own library would not stop it: the level is set to let it try. */
function ask(version: SecureVersion): Promise<{ protocol: string | null; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host: '127.0.0.1', port: server.port, rejectUnauthorized: false },
      ...{ minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' },
    });
    let text = '';
    const protocol = () => socket.getProtocol();
    let spoken: string | null = null;
    socket.on('secureConnect', () => {
      spoken = protocol();
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('end', () => resolve({ protocol: spoken, text }));
    socket.on('error', reject);
  });
}

describe('TLS by itself', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('takes %s, and knows that the request came over it', async (version) => {
    const { protocol, text } = await ask(version);
    expect(protocol).toBe(version);
    expect(text).toMatch(/^HTTP\/1.1 200/);
    expect(text).toContain('"isSecure":true');
    expect(server.url).toMatch(/^https:/);
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('refuses %s', async (version) => {
    await expect(ask(version)).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });
});
