import { readFileSync } from 'node:fs';
import { createRedisRequestCounter } from '../adapters/limits/redis/redis-request-counter.ts';
import { createGate, type Gate } from '../api/gateway/gate.ts';
import type { ServerOptions } from '../api/start-server.ts';
import type { TenantDirectory } from '../identity/directories.ts';
import type { Config } from '../runtime/config.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import type { PlatformParts } from './platform-parts.ts';

/** The gateway's limits over all processes that share the Redis. */
export function openGate(parts: PlatformParts, tenants?: TenantDirectory): Gate {
  const { config, logger, cache } = parts;
  const { limits, trustedProxies } = config.gateway;
  const counter = createRedisRequestCounter({ url: config.redisUrl, prefix: 'redcore:', logger });
  const gate = createGate({ limits, trustedProxies, counter, cache, ...(tenants ? { tenants } : {}) });
  onShutdown('close', 'request counts', () => counter.close());
  onShutdown('close', 'gate', () => gate.close());
  return gate;
}

/** Where and how a process listens. The files are read once: a renewed certificate takes a restart, which drains. */
export function serverOptionsOf({ host, port, gateway }: Config): ServerOptions {
  const { tls, connectionsPerAddressMax, trustedProxies, drainWaitMs } = gateway;
  const read = (file: string) => readFileSync(file, 'utf8');
  return {
    ...{ host, port, connectionsPerAddressMax, trustedProxies, drainWaitMs },
    ...(tls ? { tls: { cert: read(tls.certFile), key: read(tls.keyFile) } } : {}),
  };
}
