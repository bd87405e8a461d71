import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiKeyId } from '../domain/ids.ts';
import { MINUTE_MS } from '../domain/instant.ts';
import { createLogger } from '../runtime/logger.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';
import { createKeyUses, type KeyUses } from './key-uses.ts';

let api: ApiHarness;
let tenants: TestTenant[];
let uses: KeyUses;
const logger = createLogger('test', { destination: { write: () => true } });

beforeAll(async () => {
  api = await startApiHarness();
  tenants = [await api.makeTenant(), await api.makeTenant()];
  uses = createKeyUses({ database: { sql: api.sql }, logger });
});
afterAll(async () => {
  await uses.stop();
  await api.stop();
});

const idOf = ({ apiKey }: TestTenant) => `key_${apiKey.split('_')[2]}` as ApiKeyId;
const lastUses = async () => {
  const rows = await api.owner<{ id: string; lastUsedAt: number | null }[]>`
    select id, last_used_at from api_keys where id = any(${tenants.map(idOf)}::text[]) order by id`;
  return rows.map(({ lastUsedAt }) => lastUsedAt);
};

it('writes the last use of each key of each tenant, only forward', async () => {
  expect(await lastUses()).toEqual([null, null]);
  for (const tenant of tenants) uses.note(tenant.tenantId, idOf(tenant));
  const before = Date.now();
  await uses.write();
  const written = await lastUses();
  for (const at of written) expect(Math.abs((at ?? 0) - before)).toBeLessThan(MINUTE_MS);
  const later = new Date(before + MINUTE_MS);
  await api.owner`update api_keys set last_used_at = ${later} where id = any(${tenants.map(idOf)}::text[])`;
  for (const tenant of tenants) uses.note(tenant.tenantId, idOf(tenant));
  await uses.write();
  expect(await lastUses()).toEqual([later.getTime(), later.getTime()]);
});

it('remembers what could not be written, and what came meanwhile', async () => {
  const [tenant] = tenants as [TestTenant];
  await api.owner`update api_keys set last_used_at = null where id = ${idOf(tenant)}`;
  const broken = { sql: { begin: () => Promise.reject(new Error('the database is away')) } as never };
  const failing = createKeyUses({ database: broken, logger, everyMs: MINUTE_MS });
  failing.note(tenant.tenantId, idOf(tenant));
  await expect(failing.write()).rejects.toThrow('away');
  broken.sql = api.sql as never;
  await failing.stop();
  expect((await lastUses()).filter((at) => at === null)).toEqual([]);
});
