import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { newId } from '../../db/new-id.ts';
import { shardOf } from '../../db/outbox-shard.ts';
import type { TenantId } from '../../domain/ids.ts';
import { findFreePort } from '../../stack/ports.ts';
import { type RoleProcess, startRole } from '../../stack/roles.ts';
import { type CollectedEvents, collectEvents } from './collect-events.ts';
import { type OwnDatabase, openOwnDatabase } from './own-database.ts';
import { stackEnv } from './stack-env.ts';

const topic = 'subscriptions.renew_required';
const within = { timeout: 30_000, interval: 50 };

export interface RelayUnderTest extends OwnDatabase {
  collected: CollectedEvents;
  tenantId: TenantId;
  start(): Promise<RoleProcess>;
  rowOf(key: string, sequence: number): ReturnType<typeof eventRow>;
  unpublished(): Promise<number>;
  /** A relay that is not running, or none yet: killed once these rows are published and acknowledged, and not marked. */
  killBeforeMark(stopped: RoleProcess | null, rows: readonly ReturnType<typeof eventRow>[]): Promise<RoleProcess>;
  kill(relay: RoleProcess): Promise<void>;
  close(): Promise<void>;
}

async function kill(relay: RoleProcess): Promise<void> {
  relay.kill('SIGKILL');
  await relay.exited;
}

/** A relay as a process of its own on an outbox of its own, and an integrator who listens. */
export async function openRelayUnderTest(): Promise<RelayUnderTest> {
  const database = await openOwnDatabase();
  const { owner } = database;
  const tenantId = newId('tenant');
  await owner`insert into tenants (tenant_id, name, mode) values (${tenantId}, 'killed relay', 'sandbox')`;
  const stack = stackEnv();
  const collected = await collectEvents(stack.kafkaBrokers, tenantId);
  const started: RoleProcess[] = [];
  const environment = {
    REDCORE_ROLE: 'relay',
    REDCORE_APP_DATABASE_URL: database.appUrl,
    REDCORE_SYSTEM_DATABASE_URL: database.systemUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TEMPORAL_NAMESPACE: stack.temporalNamespace,
    KAFKA_BROKERS: stack.kafkaBrokers.join(','),
    REDIS_URL: stack.redisUrl,
    SANDBOX_PROVIDER_URL: 'http://127.0.0.1:1',
    SANDBOX_WEBHOOK_SECRET: 'x'.repeat(32),
    REDCORE_KEY_SECRET: 'y'.repeat(32),
    REDCORE_SEAL_KEYS: `k1:${'z'.repeat(32)}`,
  };

  async function start(): Promise<RoleProcess> {
    const logFile = join(stack.logDir, 'killed-relay.log');
    const relay = await startRole('relay', environment, { logFile, port: await findFreePort() });
    started.push(relay);
    return relay;
  }

  return {
    ...database,
    collected,
    tenantId,
    start,
    rowOf: (key, sequence) => eventRow(tenantId, key, sequence),
    async unpublished() {
      const [row] = await owner<[{ count: number }]>`select count(*)::int from outbox where published_at is null`;
      return row.count;
    },
    async killBeforeMark(stopped, rows) {
      const ids = new Set<string>(rows.map(({ id }) => id));
      const arrived = () => collected.distinct().filter(({ id }) => ids.has(id)).length;
      await owner`insert into outbox ${owner(rows as never)}`;
      // A lock that readers pass and the mark does not: the relay is held right after the acknowledgement, and killed there.
      return owner.begin(async (tx) => {
        await tx`lock table outbox in share mode`;
        const relay = stopped ?? (await start());
        if (stopped !== null) await stopped.restart();
        await vi.waitFor(() => expect(arrived()).toBe(ids.size), within);
        await kill(relay);
        // PostgreSQL notices a client that is gone only when it next reads from it: what it was told before must not run.
        await tx`select pg_terminate_backend(pid, 5000) from pg_stat_activity
          where datname = current_database() and application_name = 'redcore-relay-leader'`;
        return relay;
      });
    },
    kill,
    async close() {
      await Promise.all(started.map((relay) => relay.stop()));
      await collected.stop();
      await database.close();
    },
  };
}

function eventRow(tenantId: TenantId, key: string, sequence: number) {
  const id = newId('event');
  const envelope = {
    ...{ id, type: topic, version: 1, tenant_id: tenantId, subscription_id: key, sequence },
    ...{ occurred_at: '2026-03-31T00:00:00.000Z', origin: 'workflow' },
    data: { due_at: '2026-03-31T00:00:00.000Z', kind: 'renew' },
  };
  return { tenantId, id, shard: shardOf(key), topic, messageKey: key, subscriptionId: key, sequence, envelope };
}
