import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openDatabase, type Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import type { AuditRow } from '../../db/queries/audit-chain.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import { alone, whileAlone } from '../../db/queries/webhook-endpoints.ts';
import type { TenantId } from '../../domain/ids.ts';
import { createChainHash } from '../../runtime/chain-hash.ts';
import { createLogger } from '../../runtime/logger.ts';
import { renderMetrics } from '../../runtime/metrics.ts';
import { type OwnDatabase, openOwnDatabase } from '../../tests/support/own-database.ts';
import { createAuditChain } from './audit-chain.ts';
import { sealTenant, startSealing } from './seal-audit.ts';
import { verifyAudit } from './verify-audit.ts';

const logger = createLogger('test', { level: 'silent' });
const older = { name: 'k1', secret: 'the first secret of a test’s chain' };
const newer = { name: 'k2', secret: 'the second secret of a test’s chain' };
const chain = createAuditChain([older]);

let database: OwnDatabase;
beforeAll(async () => {
  database = await openOwnDatabase();
});
afterAll(() => database.close());

async function makeTenant(): Promise<TenantId> {
  const tenantId = newId('tenant');
  await database.owner`insert into tenants (tenant_id, name, mode) values (${tenantId}, 'audited', 'sandbox')`;
  return tenantId;
}

async function audit(tenantId: TenantId, count: number, sql: Sql = database.owner): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const details = {
      before: { amount: 1_000 + index, note: 'a "quoted" \u{1F600}' },
      after: { z: [1, { b: 2, a: null }] },
    };
    const entry = { tenantId, actor: 'key_1', action: 'plan.changed', resourceId: `pln_${index}`, requestId: null };
    await writeAudit(sql, { ...entry, ipAddress: '192.0.2.1', details });
  }
}

const seal = (tenantId: TenantId, by = chain) => sealTenant({ system: database.system, chain: by, logger }, tenantId);

async function breaksOf(tenantId: TenantId, by = chain, toleratedMs = 60_000) {
  return (await verifyAudit(database.owner, by, { tenantId, toleratedMs })).breaks;
}

async function idAt(tenantId: TenantId, position: number): Promise<string> {
  const [row] = await database.owner<[{ id: string }]>`
    select id from audit_log where tenant_id = ${tenantId} and position = ${position}`;
  return row.id;
}

it('binds what is new to what was there, and verifies from the first row to the end', async () => {
  const tenantId = await makeTenant();
  await audit(tenantId, 3);
  expect(await seal(tenantId)).toBe(3);
  await audit(tenantId, 2);
  expect(await seal(tenantId)).toBe(2);
  expect(await seal(tenantId)).toBe(0);
  const verified = await verifyAudit(database.owner, chain, { tenantId, toleratedMs: 60_000 });
  expect(verified).toEqual({ tenants: 1, rows: 5, breaks: [] });
  const rows = await database.owner<{ position: number; hash: string }[]>`
    select position, hash from audit_log where tenant_id = ${tenantId} order by at, id`;
  expect(rows.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
  expect(new Set(rows.map(({ hash }) => hash)).size).toBe(5);
});

it('goes on while a process is at something else that one does at a time, and that ends with its host', async () => {
  const tenantId = await makeTenant();
  await audit(tenantId, 2);
  const leader = openDatabase(database.ownerUrl, { max: 1, name: 'test-alone' });
  onTestFinished(() => leader.end());
  for (const key of Object.values(alone)) {
    await whileAlone(
      leader,
      async () => {
        await audit(tenantId, 1);
        expect(await seal(tenantId)).toBeGreaterThan(0);
        return 1;
      },
      key,
    );
  }
  const [set] = await leader`select current_setting('client_connection_check_interval') as checked`;
  expect(set).toEqual({ checked: '5s' });
});

it('keeps each tenant’s chain apart from every other', async () => {
  const [one, other] = [await makeTenant(), await makeTenant()];
  await audit(one, 2);
  await audit(other, 2);
  await seal(one);
  await seal(other);
  await database.owner`update audit_log set details = '{}' where tenant_id = ${other}`;
  expect(await breaksOf(one)).toEqual([]);
  expect(await breaksOf(other)).toHaveLength(1);
});

describe('whoever changes what was sealed is found: the first row is named', () => {
  type Tamper = (owner: Sql, tenantId: TenantId) => PromiseLike<unknown>;
  const move = (owner: Sql, tenantId: TenantId, from: number, to: number) =>
    owner`update audit_log set position = ${to} where tenant_id = ${tenantId} and position = ${from}`;
  const cases: [string, Tamper, { position: number; what: RegExp; named?: boolean }][] = [
    [
      'a detail altered',
      (owner, tenantId) =>
        owner`update audit_log set details = jsonb_set(details, '{before,amount}', '1') where tenant_id = ${tenantId} and position = 4`,
      { position: 4, what: /altered/, named: true },
    ],
    [
      'an address altered',
      (owner, tenantId) =>
        owner`update audit_log set ip_address = '192.0.2.9' where tenant_id = ${tenantId} and position = 3`,
      { position: 3, what: /altered/, named: true },
    ],
    [
      'what it tells taken away, with a digest that is not its own',
      (owner, tenantId) =>
        owner`update audit_log set details = '{"erased": "k1:0"}', ip_address = null where tenant_id = ${tenantId} and position = 2`,
      { position: 2, what: /altered/, named: true },
    ],
    [
      'an actor altered',
      (owner, tenantId) => owner`update audit_log set actor = 'key_2' where tenant_id = ${tenantId} and position = 2`,
      { position: 2, what: /altered/, named: true },
    ],
    [
      'an instant altered',
      (owner, tenantId) =>
        owner`update audit_log set at = at + interval '1 ms' where tenant_id = ${tenantId} and position = 1`,
      { position: 1, what: /altered/, named: true },
    ],
    [
      'a row deleted from the middle',
      (owner, tenantId) => owner`delete from audit_log where tenant_id = ${tenantId} and position = 3`,
      { position: 3, what: /taken away/ },
    ],
    [
      'a row deleted and the gap closed',
      async (owner, tenantId) => {
        await owner`delete from audit_log where tenant_id = ${tenantId} and position = 3`;
        for (const from of [4, 5, 6]) await move(owner, tenantId, from, from - 1);
      },
      { position: 3, what: /altered or moved/, named: true },
    ],
    [
      'the tail deleted',
      (owner, tenantId) => owner`delete from audit_log where tenant_id = ${tenantId} and position > 4`,
      { position: 5, what: /up to 6 were cut off/ },
    ],
    [
      'the tail deleted and the end set to the last row’s hash',
      async (owner, tenantId) => {
        await owner`delete from audit_log where tenant_id = ${tenantId} and position > 4`;
        await owner`update audit_heads set position = 4,
            hash = (select hash || '/' || hash from audit_log where tenant_id = ${tenantId} and position = 4)
          where tenant_id = ${tenantId}`;
      },
      { position: 4, what: /no end that was sealed/ },
    ],
    [
      'the end deleted',
      (owner, tenantId) => owner`delete from audit_heads where tenant_id = ${tenantId}`,
      { position: 6, what: /has no end/ },
    ],
    [
      'two rows swapped',
      async (owner, tenantId) => {
        await move(owner, tenantId, 2, 99);
        await move(owner, tenantId, 5, 2);
        await move(owner, tenantId, 99, 5);
      },
      { position: 2, what: /altered or moved/, named: true },
    ],
    [
      'a row put in, and those after it moved on',
      async (owner, tenantId) => {
        for (const from of [6, 5, 4, 3]) await move(owner, tenantId, from, from + 1);
        await owner`insert into audit_log
          select (jsonb_populate_record(a, '{"id": "evt_forged", "position": 3}')).* from audit_log a
          where tenant_id = ${tenantId} and position = 2`;
      },
      { position: 3, what: /put in: it was never sealed/, named: true },
    ],
    [
      'a row put in at the end',
      (owner, tenantId) => owner`insert into audit_log
        select (jsonb_populate_record(a, '{"id": "evt_forged", "position": 7}')).* from audit_log a
        where tenant_id = ${tenantId} and position = 6`,
      { position: 7, what: /altered or moved/, named: true },
    ],
    [
      'a row put in before the first',
      (owner, tenantId) => owner`insert into audit_log
        select (jsonb_populate_record(a, '{"id": "evt_forged", "position": 0}')).* from audit_log a
        where tenant_id = ${tenantId} and position = 1`,
      { position: 0, what: /put in/, named: true },
    ],
    [
      'a row taken out of the chain to be sealed anew',
      (owner, tenantId) =>
        owner`update audit_log set position = null, hash = null where tenant_id = ${tenantId} and position = 2`,
      { position: 2, what: /taken away/ },
    ],
    [
      'the end put back to an earlier one',
      async (owner, tenantId) => {
        const made = chain.makeHead(tenantId, 4, (await rowAt(tenantId, 4)).hash);
        await owner`update audit_heads set position = 4, hash = ${made.hash} where tenant_id = ${tenantId}`;
      },
      { position: 5, what: /beyond its end/ },
    ],
  ];

  async function rowAt(tenantId: TenantId, position: number): Promise<{ hash: string }> {
    const [row] = await database.owner<[{ hash: string }]>`
      select hash from audit_log where tenant_id = ${tenantId} and position = ${position}`;
    return row;
  }

  it.each(cases)('%s', async (_name, tamper, { position, what, named = false }) => {
    const tenantId = await makeTenant();
    await audit(tenantId, 6);
    await seal(tenantId);
    expect(await breaksOf(tenantId)).toEqual([]);
    await tamper(database.owner, tenantId);
    const [found, ...more] = await breaksOf(tenantId);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ tenantId, position, what: expect.stringMatching(what) });
    expect(found?.id ?? null).toBe(named ? await idAt(tenantId, position) : null);
  });

  it('whoever has the database and not the key', async () => {
    const tenantId = await makeTenant();
    await audit(tenantId, 3);
    await seal(tenantId);
    // Sealed again from the start, as the sealer would, with a secret that was guessed.
    await database.owner`update audit_log set actor = 'key_2' where tenant_id = ${tenantId} and position = 2`;
    await database.owner`update audit_log set position = null, hash = null where tenant_id = ${tenantId}`;
    await database.owner`delete from audit_heads where tenant_id = ${tenantId}`;
    await seal(tenantId, createAuditChain([{ name: 'k1', secret: 'a secret that somebody guessed' }]));
    expect(await breaksOf(tenantId)).toMatchObject([{ position: 1, what: expect.stringMatching(/altered/) }]);
  });
});

it('goes on with a new key, and verifies what the older one sealed', async () => {
  const tenantId = await makeTenant();
  await audit(tenantId, 2);
  await seal(tenantId);
  await audit(tenantId, 2);
  const rotated = createAuditChain([newer, older]);
  await seal(tenantId, rotated);
  expect(await breaksOf(tenantId, rotated)).toEqual([]);
  expect(await breaksOf(tenantId, createAuditChain([newer]))).toMatchObject([
    { position: 1, what: 'was sealed with a key that is not configured' },
  ]);
});

describe('what a row tells', () => {
  const rowsOf = (tenantId: TenantId) =>
    database.owner<AuditRow[]>`select * from audit_log where tenant_id = ${tenantId} order by at, id`;
  const erase = async (tenantId: TenantId, by = chain) => {
    for (const row of await rowsOf(tenantId)) {
      await database.owner`update audit_log set ip_address = null, details = ${database.owner.json({ erased: by.digestOf(row) })}
        where tenant_id = ${tenantId} and id = ${row.id}`;
    }
  };

  it('gives way to its digest, sealed or not yet, and the chain verifies and goes on', async () => {
    const tenantId = await makeTenant();
    await audit(tenantId, 3);
    await seal(tenantId);
    await audit(tenantId, 1);
    await erase(tenantId);
    await audit(tenantId, 1);
    await seal(tenantId);
    expect(await breaksOf(tenantId)).toEqual([]);
    const told = (await rowsOf(tenantId)).map(({ details, ipAddress }) => [Object.keys(details).join(), ipAddress]);
    expect(told).toEqual([...Array(4).fill(['erased', null]), ['after,before', '192.0.2.1']]);
    await database.owner`update audit_log set actor = 'key_2' where tenant_id = ${tenantId} and position = 2`;
    expect(await breaksOf(tenantId)).toMatchObject([{ position: 2, what: expect.stringMatching(/altered/) }]);
  });

  it('takes nothing in beside its digest', async () => {
    const tenantId = await makeTenant();
    await audit(tenantId, 2);
    await seal(tenantId);
    await erase(tenantId);
    await database.owner`update audit_log set details = details || '{"after": {"approved_by": "usr_x"}}'
      where tenant_id = ${tenantId} and position = 1`;
    expect(await breaksOf(tenantId)).toMatchObject([{ position: 1, what: expect.stringMatching(/altered/) }]);
  });

  it('gives way to it after the keys were changed too', async () => {
    const tenantId = await makeTenant();
    await audit(tenantId, 2);
    await seal(tenantId);
    const rotated = createAuditChain([newer, older]);
    await erase(tenantId, rotated);
    expect(await breaksOf(tenantId, rotated)).toEqual([]);
  });

  it('entered whole before there were digests and addresses: such rows verify, and get neither', async () => {
    const tenantId = await makeTenant();
    await audit(tenantId, 1);
    const [row] = await rowsOf(tenantId);
    if (!row) throw new Error('nothing was audited');
    await database.owner`update audit_log set ip_address = null where tenant_id = ${tenantId}`;
    const { id, at, actor, action, resourceId, requestId } = row;
    const before = { amount: 1_000, note: 'a "quoted" \u{1F600}' };
    const details = { after: { z: [1, { a: null, b: 2 }] }, before };
    const hash = createChainHash([older], 'audit row').of(
      JSON.stringify([tenantId, 1, '', id, at, actor, action, resourceId, requestId, details]),
    );
    const head = chain.makeHead(tenantId, 1, hash);
    await database.owner`update audit_log set position = 1, hash = ${hash} where tenant_id = ${tenantId}`;
    await database.owner`insert into audit_heads ${database.owner({ ...head, sealedAt: new Date() } as never)}`;
    await audit(tenantId, 1);
    await seal(tenantId);
    expect(await breaksOf(tenantId)).toEqual([]);
    await database.owner`update audit_log set ip_address = '192.0.2.1' where tenant_id = ${tenantId} and position = 1`;
    expect(await breaksOf(tenantId)).toMatchObject([{ position: 1, what: expect.stringMatching(/altered/) }]);
  });
});

it('does not go on from an end that is not as it was made, and leaves the other tenants none the worse', async () => {
  const [broken, sound] = [await makeTenant(), await makeTenant()];
  await audit(broken, 1);
  await seal(broken);
  await database.owner`update audit_heads set hash = ${'k1:x/k1:y'} where tenant_id = ${broken}`;
  await audit(broken, 1);
  await audit(sound, 1);
  await expect(seal(broken)).rejects.toThrow('not as it was made');
  const sealing = startSealing({ system: database.system, chain, logger, intervalMs: 20 });
  onTestFinished(() => sealing.stop());
  await vi.waitFor(async () => expect(await idAt(sound, 1)).toBeDefined(), { timeout: 10_000, interval: 20 });
  expect(await renderMetrics()).toMatch(/^redcore_audit_sealing_failures_total [1-9]/m);
  expect(await breaksOf(broken, chain, 0)).toMatchObject([
    { what: expect.stringMatching(/no end that was sealed/) },
    { what: expect.stringMatching(/waits too long/) },
  ]);
});

it('says what waits too long for its place', async () => {
  const tenantId = await makeTenant();
  await database.owner`insert into audit_log (tenant_id, id, at, actor, action, resource_id)
    values (${tenantId}, 'evt_late', now() - interval '2 minutes', 'a', 'b.c', 'd')`;
  expect(await breaksOf(tenantId)).toMatchObject([
    { id: 'evt_late', position: null, what: expect.stringMatching(/waits/) },
  ]);
  await seal(tenantId);
  expect(await breaksOf(tenantId)).toEqual([]);
});

it('is written by one process at a time, and once, however many seal', async () => {
  const tenantId = await makeTenant();
  const sealers = [1, 2, 3].map(() => startSealing({ system: database.system, chain, logger, intervalMs: 5 }));
  onTestFinished(() => Promise.all(sealers.map((sealing) => sealing.stop())).then(() => undefined));
  await Promise.all([audit(tenantId, 60), audit(tenantId, 60)]);
  await vi.waitFor(async () => expect(await breaksOf(tenantId, chain, 0)).toEqual([]), {
    timeout: 15_000,
    interval: 50,
  });
  expect((await verifyAudit(database.owner, chain, { tenantId, toleratedMs: 0 })).rows).toBe(120);
});

it('keeps the app role from altering, sealing or deleting', async () => {
  const tenantId = await makeTenant();
  await audit(tenantId, 1);
  const { app } = database;
  for (const statement of [
    app`update audit_log set actor = 'x'`,
    app`update audit_log set position = 1`,
    app`delete from audit_log`,
    app`insert into audit_heads (tenant_id, position, hash, sealed_at) values (${tenantId}, 1, 'x', now())`,
    database.system`update audit_log set actor = 'x'`,
    database.system`delete from audit_log`,
    database.system`delete from audit_heads`,
  ]) {
    await expect(statement).rejects.toThrow(/permission denied/);
  }
});
