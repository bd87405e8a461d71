import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';

export interface ApiServer {
  url: string;
  port: number;
  /** No new connections; resolves once every request under way has its answer. */
  stopAccepting(): Promise<void>;
}

const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const keepAliveTimeoutMs = 65_000;
const idleSweepMs = 50;

/** Listens on a port of its own; 0 picks a free one. */
export async function startServer(app: Hono, address: { host: string; port: number }): Promise<ApiServer> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  server.keepAliveTimeout = keepAliveTimeoutMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${address.host}:${port}`, port, stopAccepting: () => closeWhenIdle(server) };
}

/** A kept-alive connection counts as open until it is closed, so those that fall idle meanwhile are closed too. */
function closeWhenIdle(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs);
    server.close((error) => {
      clearInterval(sweep);
      if (error) reject(error);
      else resolve();
    });
    server.closeIdleConnections();
  });
}
