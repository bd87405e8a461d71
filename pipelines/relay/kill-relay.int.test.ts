import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { shardOf } from '../../billing/subscription-work/flush.ts';
import { newId } from '../../db/new-id.ts';
import { findFreePort } from '../../stack/ports.ts';
import { startRole } from '../../stack/roles.ts';
import { collectEvents } from '../../tests/support/collect-events.ts';
import { openOwnDatabase } from '../../tests/support/own-database.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';

const topic = 'subscriptions.renew_required';
const within = { timeout: 30_000, interval: 50 };

it('F11: a relay killed between the broker’s acknowledgement and its mark leaves duplicates, nothing else', async () => {
  const database = await openOwnDatabase();
  onTestFinished(() => database.close());
  const { owner } = database;
  const tenantId = newId('tenant');
  await owner`insert into tenants (tenant_id, name, mode) values (${tenantId}, 'killed relay', 'sandbox')`;
  const stack = stackEnv();
  const collected = await collectEvents(stack.kafkaBrokers, tenantId);
  onTestFinished(() => collected.stop());
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
  const logFile = join(stack.logDir, 'killed-relay.log');

  const keys = Array.from({ length: 30 }, () => newId('subscription'));
  const rows = keys.flatMap((key) => [1, 2, 3].map((sequence) => rowOf(tenantId, key, sequence)));
  await owner`insert into outbox ${owner(rows as never)}`;
  // A lock that readers pass and the mark does not: the relay is held right after the acknowledgement, and killed there.
  const relay = await owner.begin(async (tx) => {
    await tx`lock table outbox in share mode`;
    const started = await startRole('relay', environment, { logFile, port: await findFreePort() });
    onTestFinished(() => started.stop());
    await vi.waitFor(() => expect(collected.distinct()).toHaveLength(rows.length), within);
    started.kill('SIGKILL');
    await started.exited;
    // PostgreSQL notices a client that is gone only when it next reads from it: what it was told before must not run.
    await tx`select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and application_name = 'redcore-relay-leader'`;
    return started;
  });
  expect(await unpublished()).toBe(rows.length);
  await relay.restart();
  await vi.waitFor(async () => expect(await unpublished()).toBe(0), within);
  await vi.waitFor(() => expect(collected.deliveries).toHaveLength(rows.length * 2), within);
  expect(collected.distinct()).toHaveLength(rows.length);
  for (const key of keys) {
    const sequences = collected.deliveries.filter((event) => event.subscription_id === key);
    expect(sequences.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 1, 2, 3]);
  }

  async function unpublished(): Promise<number> {
    const [row] = await owner<[{ count: number }]>`select count(*)::int from outbox where published_at is null`;
    return row.count;
  }
});

function rowOf(tenantId: string, key: string, sequence: number) {
  const id = newId('event');
  const envelope = {
    ...{ id, type: topic, version: 1, tenant_id: tenantId, subscription_id: key, sequence },
    ...{ occurred_at: '2026-03-31T00:00:00.000Z', origin: 'workflow' },
    data: { due_at: '2026-03-31T00:00:00.000Z', kind: 'renew' },
  };
  return { tenantId, id, shard: shardOf(key), topic, messageKey: key, subscriptionId: key, sequence, envelope };
}
