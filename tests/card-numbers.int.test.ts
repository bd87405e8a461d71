import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTemporalEngine, workflowIdOf } from '../adapters/engine/temporal/temporal-engine.ts';
import { createKafkaEventBus } from '../adapters/events/kafka/kafka-event-bus.ts';
import { newId } from '../db/new-id.ts';
import type { TenantId } from '../domain/ids.ts';
import { createLogger } from '../runtime/logger.ts';
import { connectTemporalLazily, type TemporalConnection } from '../runtime/temporal-connection.ts';
import { type CardNumberPlaces, findCardNumbers } from '../stack/invariants/card-numbers/find-card-numbers.ts';
import { type OwnDatabase, openOwnDatabase } from './support/own-database.ts';
import { stackEnv } from './support/stack-env.ts';

const card = '4242 4242 4242 4242';

let database: OwnDatabase;
let temporal: TemporalConnection;
let client: Client;

beforeAll(async () => {
  database = await openOwnDatabase();
  const { temporalAddress: address, temporalNamespace: namespace } = stackEnv();
  temporal = connectTemporalLazily({ address, namespace });
  client = temporal.client;
});

afterAll(async () => {
  await temporal.close();
  await database.close();
});

async function makeTenant(): Promise<TenantId> {
  const tenantId = newId('tenant');
  await database.owner`insert into tenants (tenant_id, name, mode) values (${tenantId}, 'cards', 'sandbox')`;
  return tenantId;
}

function search(places: Partial<CardNumberPlaces>) {
  const nowhere = { tenantId: null, kafkaBrokers: undefined, redisUrl: undefined, logDir: undefined };
  return findCardNumbers({ owner: database.owner, client, ...nowhere, ...places });
}

async function found(places: Partial<CardNumberPlaces>): Promise<object[]> {
  return (await search(places)).violations.map(({ row }) => row);
}

const inbox = (tenantId: TenantId, body: string) => database.owner`
  insert into inbox (tenant_id, provider, endpoint, provider_event_id, id, body)
  values (${tenantId}, 'sandbox', 'default', ${randomUUID()}, ${newId('event')}, ${Buffer.from(body)})`;

it.for([
  [
    'text',
    'customers',
    'name',
    (id: TenantId) => database.owner`
      insert into customers (tenant_id, id, email, timezone, name) values (${id}, 'cus_1', 'a@example.com', 'UTC', ${`paid by ${card}`})`,
  ],
  [
    'jsonb',
    'customers',
    'metadata',
    (id: TenantId) => database.owner`
      insert into customers (tenant_id, id, email, timezone, metadata)
      values (${id}, 'cus_1', 'a@example.com', 'UTC', ${database.owner.json({ note: `\n${card.replaceAll(' ', '')}` })})`,
  ],
  ['bytea', 'inbox', 'body', (id: TenantId) => inbox(id, `{"card":"4242\u00a04242\u00a04242\u00a04242"}`)],
  ['bytea with a zero byte', 'inbox', 'body', (id: TenantId) => inbox(id, `\0 ${card}`)],
] as const)('names a card-like number in a %s column, and not the number', async ([, table, column, plant]) => {
  const tenantId = await makeTenant();
  expect(await found({ tenantId })).toEqual([]);
  await plant(tenantId);
  const rows = await found({ tenantId });
  expect(rows).toEqual([expect.objectContaining({ place: 'database', table, column, tenantId })]);
  expect(JSON.stringify(rows)).not.toContain('4242');
});

it('leaves ids, hashes, other tenants and numbers without a card’s check digit alone', async () => {
  const [tenantId, other] = [await makeTenant(), await makeTenant()];
  await database.owner`insert into customers (tenant_id, id, email, timezone, name)
    values (${tenantId}, 'cus_4242424242424242', 'a@example.com', 'UTC', '4242424242424241'),
           (${other}, 'cus_2', 'a@example.com', 'UTC', ${card})`;
  await database.owner`insert into api_keys (tenant_id, id, secret_hash, owner, role)
    values (${tenantId}, 'key_1', '4242424242424242', 'a', 'admin')`;
  const { violations, counts } = await search({ tenantId });
  expect(violations).toEqual([]);
  expect(counts.columns).toBeGreaterThan(100);
});

it('names one in a topic, wherever in the message, and leaves no group behind', async () => {
  const [clean, dirty] = [`clean-${randomUUID()}`, `dirty-${randomUUID()}`];
  const tenantless = { kafkaBrokers: stackEnv().kafkaBrokers, topics: [clean, dirty, 'never-made'] };
  const logger = createLogger('test', { level: 'silent' });
  const bus = createKafkaEventBus({ brokers: stackEnv().kafkaBrokers, clientId: 'cards', logger, partitionsMin: 2 });
  try {
    await bus.ensureTopics([clean, dirty]);
    await bus.publish([{ topic: clean, key: 'a', value: '{"amount":1999}' }]);
    await bus.publish([
      { topic: dirty, key: 'a', value: '{}' },
      { topic: dirty, key: 'b', value: '{}', headers: { error: `refused ${card}` } },
      { topic: dirty, key: 'c', value: JSON.stringify({ note: card }) },
    ]);
  } finally {
    await bus.close();
  }
  const { violations, counts } = await search(tenantless);
  const ofTopics = violations.map(({ row }) => row as { place: string }).filter(({ place }) => place === 'topics');
  const held = { place: 'topics', topic: dirty };
  expect(ofTopics).toEqual([expect.objectContaining(held), expect.objectContaining(held)]);
  expect(counts.messages).toBe(4);
  const admin = new Kafka({ brokers: stackEnv().kafkaBrokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { groups } = await admin.listGroups();
    expect(groups.filter(({ groupId }) => groupId.startsWith('redcore-invariants'))).toEqual([]);
  } finally {
    await admin.disconnect();
  }
});

it('names one in Redis, in a value or in the key', async () => {
  const redisUrl = stackEnv().redisUrl;
  const redis = new Redis(redisUrl);
  const name = `redcore:cards-${randomUUID()}`;
  const keys = [`${name}:text`, `${name}:hash`, `${name}:list`, `${name} ${card}`];
  try {
    await redis.set(`${name}:text`, card, 'EX', 60);
    await redis.hset(`${name}:hash`, 'field', card);
    await redis.rpush(`${name}:list`, card);
    await redis.set(`${name} ${card}`, 'x', 'EX', 60);
    const rows = (await found({ redisUrl })) as { place: string; key: string }[];
    const named = rows.filter(({ place }) => place === 'Redis').map(({ key }) => key);
    expect(named.toSorted()).toEqual(['(the key itself)', ...keys.slice(0, 3)].toSorted());
  } finally {
    await redis.del(...keys);
    redis.disconnect();
  }
});

it('names one in a log file, with its line', async () => {
  const logDir = mkdtempSync(join(stackEnv().logDir, 'cards-'));
  try {
    writeFileSync(join(logDir, 'api.log'), '{"time":1795459200000,"msg":"ready"}\n');
    expect((await search({ logDir })).counts.logFiles).toBe(1);
    expect((await found({ logDir })).filter((row) => 'file' in row)).toEqual([]);
    appendFileSync(join(logDir, 'api.log'), `{"msg":"paid with ${card}"}\n`);
    expect(await found({ logDir })).toContainEqual({ place: 'logs', file: 'api.log', line: 2 });
  } finally {
    rmSync(logDir, { recursive: true });
  }
});

it('names one in a workflow’s history', async () => {
  const tenantId = await makeTenant();
  const start = { tenantId, subscriptionId: 'sub_1', customerId: '', planId: '', status: 'active', delayMs: 60_000 };
  const shown = { state: '', nextAction: '', lastResult: `paid with ${card}` };
  await createTemporalEngine({ client, taskQueue: 'nobody-polls' }).start({ ...start, shown });
  const workflowId = workflowIdOf({ tenantId, subscriptionId: 'sub_1' });
  // The engine's list follows within moments.
  await vi.waitFor(
    async () =>
      expect(await found({ tenantId })).toEqual([expect.objectContaining({ place: 'histories', workflowId })]),
    { timeout: 10_000, interval: 100 },
  );
  await client.workflow.getHandle(workflowId).terminate('by the test');
});

it('says what it could not look at', async () => {
  const { omitted } = await search({ logDir: '/nowhere' });
  expect(omitted).toEqual([
    'I14 in topics: KAFKA_BROKERS is not set',
    'I14 in Redis: REDIS_URL is not set',
    'I14 in logs: there are no log files here',
  ]);
  const away = await search({ kafkaBrokers: ['127.0.0.1:1'], redisUrl: 'redis://127.0.0.1:1' });
  const unsearched = away.violations.filter(({ what }) => what === 'a place cannot be searched for card numbers');
  expect(unsearched.map(({ row }) => (row as { place: string }).place)).toEqual(['topics', 'Redis']);
});
