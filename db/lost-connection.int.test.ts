import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedSubscriptions } from '../tests/support/seed-subscriptions.ts';
import { stackEnv } from '../tests/support/stack-env.ts';
import { startTcpProxy } from '../tests/support/tcp-proxy.ts';
import { isInfrastructureError, openDatabase, type Sql, type Transaction } from './database.ts';

let owner: Sql;
let tenantId: string;
beforeAll(() => {
  owner = openDatabase(stackEnv().databaseUrl, { max: 2, name: 'test-owner' });
});
beforeEach(async () => {
  [{ tenantId }] = await seedSubscriptions(owner, [{}]);
});
afterAll(() => owner.end());

function makeGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

const write = (sql: Transaction | Sql, column: 'name' | 'email') =>
  sql`update customers set ${sql({ [column]: 'written' })} where tenant_id = ${tenantId}`.execute();
const written = async () => {
  const [row] = await owner<{ name: boolean; email: boolean }[]>`
    select coalesce(name, '') = 'written' as name, coalesce(email, '') = 'written' as email from customers where tenant_id = ${tenantId}`;
  return row;
};

/** A transaction that stands between two statements while its connection, the pool's only one, is ended for it. */
async function loseConnection(goOn: (sql: Transaction) => Promise<unknown>) {
  const pool = openDatabase(stackEnv().databaseUrl, { max: 1, name: 'test-lost' });
  const begun = makeGate();
  const gate = makeGate();
  let pid = 0;
  let verb: Promise<unknown> = Promise.resolve();
  const work = async (sql: Transaction) => {
    const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    pid = row?.pid ?? 0;
    await write(sql, 'name');
    begun.open();
    await gate.opened;
    return goOn(sql);
  };
  const transaction = pool.begin((sql) => {
    verb = work(sql);
    return verb;
  });
  transaction.catch(() => undefined);
  await begun.opened;
  return {
    pool,
    transaction,
    end: () => owner`select pg_terminate_backend(${pid})`,
    /** The work of the transaction that is no more goes on. */
    goOn() {
      gate.open();
      return verb;
    },
  };
}

describe('a transaction whose connection is lost', () => {
  it('sends nothing more, though the pool has connected again for somebody else', async () => {
    const lost = await loseConnection((sql) => write(sql, 'email'));
    const others = lost.pool`select 1 as answer`.execute();
    await lost.end();
    await expect(lost.transaction).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect(await others).toMatchObject([{ answer: 1 }]);
    await expect(lost.goOn()).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect(await lost.pool`select 2 as answer`).toMatchObject([{ answer: 2 }]);
    expect(await written()).toEqual({ name: false, email: false });
    await lost.pool.end();
  });

  it('does not roll back the transaction that has come to its connection since', async () => {
    const lost = await loseConnection(async () => {
      throw new Error('refused');
    });
    const begun = makeGate();
    const gate = makeGate();
    const others = lost.pool.begin(async (sql) => {
      await write(sql, 'name');
      begun.open();
      await gate.opened;
      await write(sql, 'email');
    });
    await lost.end();
    await expect(lost.transaction).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await begun.opened;
    await expect(lost.goOn()).rejects.toThrow('refused');
    await new Promise((resolve) => setImmediate(resolve));
    gate.open();
    await others;
    expect(await written()).toEqual({ name: true, email: true });
    await lost.pool.end();
  });

  it('neither ends the process nor keeps its connection from the next', async () => {
    const lost = await loseConnection((sql) => write(sql, 'email'));
    await lost.end();
    await expect(lost.transaction).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await expect(lost.goOn()).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await lost.pool`select 1 as answer`).toMatchObject([{ answer: 1 }]);
    await lost.pool.end();
  });

  it('leaves none of its statements without an answer', async () => {
    const lost = await loseConnection((sql) => Promise.all(Array.from({ length: 200 }, () => write(sql, 'email'))));
    const going = lost.goOn();
    going.catch(() => undefined);
    await lost.end();
    await expect(lost.transaction).rejects.toSatisfy(isInfrastructureError);
    await expect(going).rejects.toSatisfy(isInfrastructureError);
    expect(await written()).toEqual({ name: false, email: false });
    await lost.pool.end();
  });

  it('gives the connection made after a reset to those who ask then, each its own rows', async () => {
    const address = new URL(stackEnv().databaseUrl);
    const proxy = await startTcpProxy({ host: address.hostname, port: Number(address.port) });
    const pool = openDatabase(proxy.urlOf(address.href), { max: 1, name: 'test-reset' });
    const begun = makeGate();
    const transaction = pool.begin(async (sql) => {
      await sql`select 1`;
      begun.open();
      await sql`select pg_sleep(30)`;
    });
    transaction.catch(() => undefined);
    await begun.opened;
    proxy.reset();
    await expect(transaction).rejects.toSatisfy(isInfrastructureError);
    for (const asked of [1, 2, 3])
      expect(await pool`select ${asked}::int as answer`).toMatchObject([{ answer: asked }]);
    await pool.end();
    await proxy.close();
  });
});
