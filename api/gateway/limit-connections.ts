import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import proxyAddr from 'proxy-addr';
import { registerCounter } from '../../runtime/metrics.ts';
import { networkOf } from '../../runtime/network-of.ts';

const refused = registerCounter({
  name: 'redcore_http_connections_refused_total',
  help: 'Connections closed at once, since their network held too many already',
});

/** One network holds at most so many sockets here; a proxy of ours any number, for they are those of many. */
export function limitConnections(
  server: Server,
  {
    connectionsPerAddressMax,
    trustedProxies = [],
  }: { connectionsPerAddressMax?: number; trustedProxies?: readonly string[] },
): void {
  if (connectionsPerAddressMax === undefined) return;
  const trusts = trustedProxies.length === 0 ? () => false : proxyAddr.compile([...trustedProxies]);
  const held = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress;
    if (address === undefined || trusts(address, 0)) return;
    const network = networkOf(address);
    const count = (held.get(network) ?? 0) + 1;
    if (count > connectionsPerAddressMax) {
      refused.inc();
      socket.destroy();
      return;
    }
    held.set(network, count);
    socket.once('close', () => {
      const left = (held.get(network) ?? 0) - 1;
      if (left > 0) held.set(network, left);
      else held.delete(network);
    });
  });
}
