import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, expect, it, vi } from 'vitest';
import { stackEnv } from '../tests/support/stack-env.ts';
import { startTcpProxy } from '../tests/support/tcp-proxy.ts';
import { isInfrastructureError, openDatabase } from './database.ts';

const owner = openDatabase(stackEnv().databaseUrl, { max: 1, name: 'test-owner' });
afterAll(() => owner.end());

it('fails a statement that cannot be written by itself, and leaves those beside it theirs', async () => {
  const pool = openDatabase(stackEnv().databaseUrl, { max: 1, name: 'test-unwritable' });
  const transaction = pool.begin(async (sql) => {
    const unwritable = sql`select ${undefined as unknown as string}::text as answer`;
    const settled = await Promise.allSettled([sql`select 1 as answer`, unwritable, sql`select 3 as answer`]);
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value[0]?.['answer'] : one.reason.code))).toEqual([
      1,
      'UNDEFINED_VALUE',
      3,
    ]);
  });
  await expect(transaction).rejects.toMatchObject({ code: 'UNDEFINED_VALUE' });
  expect(await pool`select 2 as answer`).toMatchObject([{ answer: 2 }]);
  await pool.end();
});

it('reserves its connection for a transaction also where it begins behind a full row of statements', async () => {
  const name = `test-begins-late-${process.pid}`;
  const pool = openDatabase(stackEnv().databaseUrl, { max: 2, name });
  await Promise.all(Array.from({ length: 4 }, () => pool`select pg_sleep(0.05)`));
  // A connection takes a hundred; the transaction's beginning is the last of them.
  const busy = Array.from({ length: 2 }, () => pool`select pg_sleep(0.5)`.execute());
  await setImmediate();
  for (let asked = 0; asked < 198; asked += 1) busy.push(pool`select 2 as two`.execute());
  const begun = pool.begin(async (sql) => (await sql`select 1 as one`).length);
  await expect(begun).resolves.toBe(1);
  await Promise.all(busy);
  const states = await owner<{ state: string }[]>`select state from pg_stat_activity where application_name = ${name}`;
  expect(states.map(({ state }) => state)).toEqual(['idle', 'idle']);
  await pool.end();
});

it('is told to try again where a table has changed since its statement was prepared', async () => {
  const table = `changing_${process.pid}`;
  const pool = openDatabase(stackEnv().databaseUrl, { max: 1, name: 'test-changing' });
  await owner`create table ${owner(table)} (id int)`;
  const read = () => pool.begin((sql) => sql`select * from ${sql(table)}`);
  await read();
  await owner`alter table ${owner(table)} add column name text`;
  await expect(read()).rejects.toSatisfy(isInfrastructureError);
  await expect(read()).resolves.toEqual([]);
  await owner`drop table ${owner(table)}`;
  await pool.end();
});

it('gives up a server that says nothing more, and asks one that does', async () => {
  const address = new URL(stackEnv().databaseUrl);
  const proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port) });
  const options = { max: 1, name: 'test-silent', silenceSecondsMax: 0.5 };
  const pool = openDatabase(proxy.urlOf(address.href), options);
  await pool`select 1`;
  proxy.stall();
  await expect(pool`select 2`).rejects.toSatisfy(isInfrastructureError);
  proxy.mend();
  await vi.waitFor(async () => expect(await pool`select 3 as answer`).toMatchObject([{ answer: 3 }]));
  await pool.end();
  await proxy.close();
});

it('is told when whoever takes its connections closes them again, and does not call without pause', async () => {
  let calls = 0;
  const front = createServer((socket) => {
    calls += 1;
    socket.on('error', () => undefined);
    socket.end();
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const url = `postgres://nobody@127.0.0.1:${(front.address() as AddressInfo).port}/none`;
  const pool = openDatabase(url, { max: 1, name: 'test-front' });
  for (let tries = 0; tries < 3; tries += 1) await expect(pool`select 1`).rejects.toSatisfy(isInfrastructureError);
  expect(calls).toBe(3);
  await pool.end({ timeout: 0 });
  front.close();
});

it('is told when its connection is reset while it learns the types of arrays, and outlives it', async () => {
  const { hostname: host, port } = new URL(stackEnv().databaseUrl);
  let resets = 0;
  const front = createServer((client) => {
    const upstream = connect({ host, port: Number(port) });
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    upstream.pipe(client);
    client.once('close', () => upstream.destroy());
    client.on('data', (chunk) => {
      upstream.write(chunk);
      if (resets > 0 || !chunk.includes('pg_catalog.pg_type')) return;
      resets += 1;
      client.resetAndDestroy();
    });
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const url = Object.assign(new URL(stackEnv().databaseUrl), { port: String((front.address() as AddressInfo).port) });
  const pool = openDatabase(url.href, { max: 1, name: 'test-types' });
  await expect(pool`select 1`).rejects.toSatisfy(isInfrastructureError);
  expect(resets).toBe(1);
  await vi.waitFor(async () => expect(await pool`select '{1,2}'::int[] as list`).toEqual([{ list: [1, 2] }]));
  await pool.end();
  front.close();
});
