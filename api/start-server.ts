import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { limitConnections } from './gateway/limit-connections.ts';

export interface ApiServer {
  url: string;
  port: number;
  /** No new connections; resolves once every request under way has its answer. */
  stopAccepting(): Promise<void>;
}

export interface ServerOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** PEM; absent: plain HTTP, for a proxy in front. */
  tls?: { cert: string; key: string };
  connectionsPerAddressMax?: number;
  /** Whose connections are not counted: they are those of many. */
  trustedProxies?: readonly string[];
  /** How long to go on answering, saying with every answer that this is the last on its connection. */
  drainWaitMs?: number;
}

// A client that sends slowly holds a socket, not a handler: headers have 10 s, the whole request 30 s.
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const keepAliveTimeoutMs = 65_000;
const timeoutsCheckedEveryMs = 2_000;
const headerBytesMax = 16 * 1_024;
const idleSweepMs = 50;
/** Connections the kernel holds until they are taken, as far as it is allowed to; one it has no room for is tried again after 1, 3, 7 s. */
const waitingConnectionsMax = 4_096;
/** Browsers open connections ahead of need: one that has carried nothing yet gets so long to begin, once the process is going. */
const unusedMs = 500;
/** TLS 1.0 and 1.1 are refused (R63). */
const tlsVersionMin = 'TLSv1.2';

/** Listens on a port of its own. */
export async function startServer(app: Hono, options: ServerOptions): Promise<ApiServer> {
  const { host, tls, drainWaitMs = 0 } = options;
  const serverOptions = {
    ...{ headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveTimeoutMs },
    ...{ connectionsCheckingInterval: timeoutsCheckedEveryMs, maxHeaderSize: headerBytesMax },
  };
  const { fetch } = app;
  const server = (
    tls
      ? createAdaptorServer({
          ...{ fetch, createServer: createSecureServer },
          serverOptions: { ...serverOptions, ...tls, minVersion: tlsVersionMin },
        })
      : createAdaptorServer({ fetch, createServer, serverOptions })
  ) as Server;
  limitConnections(server, options);
  const drain = prepareToDrain(server);
  const unused = watchUnused(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host, backlog: waitingConnectionsMax }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://${host}:${port}`,
    port,
    async stopAccepting() {
      drain.begin();
      if (drainWaitMs > 0) await new Promise((resolve) => setTimeout(resolve, drainWaitMs));
      await closeWhenIdle(server, unused);
    },
  };
}

/** From `begin` on every answer, also to a request under way, ends its connection: its client connects anew, to another process. */
function prepareToDrain(server: Server): { begin(): void } {
  const open = new Set<ServerResponse>();
  let isDraining = false;
  server.prependListener('request', (_request, response) => {
    if (isDraining) response.setHeader('connection', 'close');
    open.add(response);
    response.once('close', () => open.delete(response));
  });
  return {
    begin() {
      isDraining = true;
      for (const response of open) if (!response.headersSent) response.setHeader('connection', 'close');
    },
  };
}

/** Connections that have carried no request yet: to the server they are not idle. */
function watchUnused(server: Server): ReadonlySet<Socket> {
  const unused = new Set<Socket>();
  const connected = server instanceof SecureServer ? 'secureConnection' : 'connection';
  server.on(connected, (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.prependListener('request', ({ socket }) => unused.delete(socket));
  return unused;
}

/** A kept-alive connection counts as open until it is closed, so those that fall idle meanwhile are closed too. */
function closeWhenIdle(server: Server, unused: ReadonlySet<Socket>): Promise<void> {
  const until = performance.now() + unusedMs;
  return new Promise((resolve, reject) => {
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      if (performance.now() >= until) for (const socket of unused) socket.destroy();
    }, idleSweepMs);
    server.close((error) => {
      clearInterval(sweep);
      if (error) reject(error);
      else resolve();
    });
    server.closeIdleConnections();
  });
}
