import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The same address through this proxy. */
  urlOf(url: string): string;
  /** Every connection is broken, and none is taken, until it is mended. */
  cut(): void;
  /** Every client is told that its connection is no more, as by a machine on the way that has forgotten it. */
  reset(): void;
  /** What is asked arrives, and no answer comes back, until it is mended. */
  stall(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Between a process under test and something that goes away. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  let isCut = false;
  let isStalled = false;
  const answering = new Map<Socket, Socket>();
  const sockets = new Set<Socket>();
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = connect(target);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      // Either end may break at any time; the other is told by the close.
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        answering.delete(socket);
        other.destroy();
      });
    }
    client.pipe(upstream);
    answering.set(upstream, client);
    if (!isStalled) upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    cut() {
      isCut = true;
      breakAll();
    },
    reset() {
      for (const client of answering.values()) client.resetAndDestroy();
    },
    stall() {
      isStalled = true;
      for (const [upstream, client] of answering) upstream.unpipe(client);
    },
    mend() {
      isCut = false;
      if (isStalled) for (const [upstream, client] of answering) upstream.pipe(client);
      isStalled = false;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      breakAll();
      await closed;
    },
  };
}
