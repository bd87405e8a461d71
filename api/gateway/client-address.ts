import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Context } from 'hono';
import proxyAddr from 'proxy-addr';
import { plainAddress } from '../../runtime/network-of.ts';

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
    if (trusts === null || !trusts(peer, 0)) return { ip: plainAddress(peer), isSecure: isEncrypted };
    const [proto = ''] = String(headers['x-forwarded-proto'] ?? '').split(',');
    return {
      ip: plainAddress(furthestKnown(incoming, peer, trusts)),
      isSecure: isEncrypted || proto.trim() === 'https',
    };
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
