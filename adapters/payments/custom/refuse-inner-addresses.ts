import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks no business reaches us from: https://www.iana.org/assignments/iana-ipv4-special-registry. */
const innerV4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Inside 2000::/3, outside which nothing is public: documentation, and tunnels that carry an IPv4 address of anybody's choice. */
const innerV6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const inner = new BlockList();
for (const [network, bits] of innerV4) inner.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of innerV6) inner.addSubnet(network, bits, 'ipv6');
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export interface AddressPolicy {
  allowLoopback: boolean;
}

export function isRefusedAddress(address: string, { allowLoopback }: AddressPolicy): boolean {
  const version = isIP(address);
  if (version === 0) return true;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  // An IPv4 address written as IPv6 (::ffff:…) is no public IPv6 address, and on a loopback it is one.
  if (loopback.check(address, family)) return !allowLoopback;
  if (inner.check(address, family)) return true;
  return family === 'ipv6' && !publicV6.check(address, family);
}

/** Also for a host that is an address itself: no name is resolved then, so `lookup` never sees it. */
export function isRefusedHost(url: URL, policy: AddressPolicy): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && isRefusedAddress(host, policy);
}

/**
 * Resolves a name for the very connection that is being made, and gives it none of the refused addresses: a name that points
 * elsewhere a moment later changes nothing (DNS rebinding).
 */
export function createGuardedLookup(policy: AddressPolicy, resolve: typeof resolveName = resolveName): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => !isRefusedAddress(address, policy));
      const [first] = allowed;
      if (first === undefined) return callback(new AddressRefused(hostname), []);
      return options.all ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
}

export class AddressRefused extends Error {
  constructor(hostname: string) {
    super(`${hostname} leads to no address that may be called`);
  }
}
