import { createRedisChangeTeller } from '../adapters/live/redis/redis-change-teller.ts';
import { openDatabase } from '../db/database.ts';
import { createAuditChain } from '../pipelines/audit/audit-chain.ts';
import { startSealing } from '../pipelines/audit/seal-audit.ts';
import { runRelay } from '../pipelines/relay/run-relay.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { openEventBus } from './open-event-bus.ts';
import type { PlatformParts } from './platform-parts.ts';

const deliveriesInFlightMax = 32;

/** Takes its share of the shards from the relays already running; whichever comes first seals the audit. */
export async function startRelay(parts: PlatformParts): Promise<void> {
  const { config, database, engine, logger, system } = parts;
  // One direct connection, never behind a pooler that shares sessions: the leader's locks live in it.
  const leader = openDatabase(config.systemDatabaseUrl, { max: 1, name: 'redcore-relay-leader' });
  const bus = openEventBus(parts, 'redcore-relay');
  const teller = createRedisChangeTeller({ url: config.redisUrl, prefix: 'redcore:', logger });
  const relay = runRelay({ leader, system, database, engine, bus, teller, logger, concurrency: deliveriesInFlightMax });
  const sealing = startSealing({ system, chain: createAuditChain(config.sealKeys), teller, logger });
  onShutdown('close', 'live changes', () => teller.close());
  onShutdown('drain', 'relay', async () => {
    await Promise.all([relay.stop(), sealing.stop()]);
    await leader.end({ timeout: 5 });
  });
}
