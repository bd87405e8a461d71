import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import type { ApiAnswer } from '../../tests/support/call-api.ts';
import { type PostgresProxy, startPostgresProxy } from '../../tests/support/postgres-proxy.ts';
import { stackEnv } from '../../tests/support/stack-env.ts';
import { testSealing } from '../../tests/support/test-sealer.ts';

let proxy: PostgresProxy;
let sql: Sql;
let api: ApiHarness;
let tenant: TestTenant;
beforeAll(async () => {
  const { hostname: host, port } = new URL(stackEnv().databaseUrl);
  proxy = await startPostgresProxy({ host, port: Number(port) });
  sql = openDatabase(proxy.urlOf(stackEnv().appDatabaseUrl), { max: 2, name: 'test-lost-commit' });
  const provider = new FakePaymentProvider();
  api = await startApiHarness({
    context: { database: { sql }, ...testSealing, provider: () => provider, sendIntents: () => undefined },
  });
  tenant = await api.makeTenant();
});
afterAll(async () => {
  await api.stop();
  await sql.end({ timeout: 1 });
  await proxy.close();
});

const create = (email: string, headers: Record<string, string> = {}) =>
  api.call('POST', '/v1/customers', { key: tenant.apiKey, body: { email }, headers });
const countOf = async (email: string) =>
  (await api.owner`select 1 from customers where tenant_id = ${tenant.tenantId} and email = ${email}`).length;

/** The commit is carried out, and whoever sent it never hears of it. */
async function createAndLose(email: string, headers: Record<string, string> = {}): Promise<ApiAnswer> {
  const held = proxy.holdAnswer(
    ({ text, transaction }) => text === 'commit' && transaction.some((one) => one.text.includes('customers')),
  );
  const answering = create(email, headers);
  await held.hit;
  await expect.poll(() => countOf(email), { timeout: 10_000 }).toBe(1);
  proxy.reset();
  held.release();
  return answering;
}

it('of a commit whose answer was lost, the caller is told that it may have been done, and the key tells the rest', async () => {
  const email = 'with-a-key@example.com';
  const headers = { 'idempotency-key': randomUUID() };
  const lost = await createAndLose(email, headers);
  expect([lost.status, lost.body.code, lost.headers.get('retry-after')]).toEqual([503, 'service_unavailable', '1']);
  expect(lost.body.detail).toMatch(/It may have been done: ask again with the same idempotency key\.$/);
  const again = await create(email, headers);
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  expect(await countOf(email)).toBe(1);
});

it('without a key, nothing asks the caller to repeat it', async () => {
  const lost = await createAndLose('without@example.com');
  expect([lost.status, lost.body.code, lost.headers.get('retry-after')]).toEqual([503, 'service_unavailable', null]);
  expect(lost.body.detail).toMatch(/It may have been done: look whether it was done before repeating it\.$/);
});
