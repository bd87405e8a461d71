import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Context } from 'hono';
import proxyAddr from 'proxy-addr';

/** Where a request came from. */
export interface ClientAddress {
  /** Null where there is no connection, as in tests without one. */
  ip: string | null;
  /** Over TLS, at least as far as the first proxy of ours. */
  isSecure: boolean;
}

export type FindClient = (c: Context) => ClientAddress;

const nowhere: ClientAddress = { ip: null, isSecure: false };

/**
 * `X-Forwarded-For` and `X-Forwarded-Proto` are believed of trusted peers alone, and of the first no further than the last one who
 * is trusted: what a stranger writes there changes nothing.
 */
export function createClientFinder(trustedProxies: readonly string[] = []): FindClient {
  const trusts = trustedProxies.length === 0 ? null : proxyAddr.compile([...trustedProxies]);
  return (c) => {
    const incoming = incomingOf(c);
    if (incoming === undefined) return nowhere;
    const { socket, headers } = incoming;
    const peer = socket.remoteAddress;
    if (peer === undefined) return nowhere;
    const isEncrypted = (socket as TLSSocket).encrypted === true;
    if (trusts === null || !trusts(peer, 0)) return { ip: plain(peer), isSecure: isEncrypted };
    const [proto = ''] = String(headers['x-forwarded-proto'] ?? '').split(',');
    return { ip: plain(furthestKnown(incoming, peer, trusts)), isSecure: isEncrypted || proto.trim() === 'https' };
  };
}

/** What a client wrote itself may be no address at all: then the proxy's stands in for it. */
function furthestKnown(
  incoming: IncomingMessage,
  peer: string,
  trusts: (address: string, i: number) => boolean,
): string {
  const found = proxyAddr(incoming, trusts);
  return isIP(found) === 0 ? peer : found;
}

function incomingOf(c: Context): IncomingMessage | undefined {
  return (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
}

/** An IPv4 address as it is written, also where the socket takes both families. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

/** Whom a limit counts: of IPv6 the network, since a client has as many addresses in it as it likes. */
export function networkOf(ip: string): string {
  if (!ip.includes(':') || ip.startsWith('::ffff:')) return plain(ip);
  const [head = '', tail] = ip.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
