import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SandboxServer, startSandboxServer } from '../adapters/payments/sandbox/server/start-server.ts';
import { createSubscription } from '../billing/subscriptions/create-subscription.ts';
import { accountPurpose } from '../db/queries/provider-accounts.ts';
import type { TenantId } from '../domain/ids.ts';
import { createSealer } from '../runtime/sealer.ts';
import { checkCharges } from '../stack/invariants/check-charges.ts';
import { temporaryRoot } from '../stack/paths.ts';
import { openUnwatchedProviders } from '../workers/open-providers.ts';
import { type FixturePools, openFixturePools, openTenantFixture } from './support/billing-fixture.ts';
import { type OwnDatabase, openOwnDatabase } from './support/own-database.ts';
import { testSealing } from './support/test-sealer.ts';

let database: OwnDatabase;
let pools: FixturePools;
let server: SandboxServer;
let folder: string;
const signingSecret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';

beforeAll(async () => {
  database = await openOwnDatabase();
  pools = openFixturePools(database);
  folder = mkdtempSync(join(temporaryRoot(), 'lists-'));
  const onError = (error: unknown) => console.error(error);
  server = await startSandboxServer({ host: '127.0.0.1', port: 0, folder, webhook: null, onError });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
  await pools.close();
  await database.close();
});

function open(sealer = testSealing.sealer) {
  const config = { sandboxProviderUrl: server.url, publicUrl: '', allowsLocalProviders: true };
  return openUnwatchedProviders({ config, database: { sql: database.owner }, sealer });
}

/** A subscription of this tenant, paid through its own provider behind the signed protocol. */
async function live() {
  const { context, call, tenantId, owner, ...fixture } = await openTenantFixture(pools);
  const planId = await fixture.makePlan();
  const { customerId } = await fixture.makeCustomer();
  const registered = await fetch(`${server.url}/control/custom-accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: tenantId, signing_secret: signingSecret }),
  });
  const { base_url } = (await registered.json()) as { base_url: string };
  const { sealed, sealedBy } = testSealing.sealer.seal(
    JSON.stringify({ signing_secret: signingSecret }),
    accountPurpose({ tenantId, provider: 'custom', mode: 'test' }),
  );
  await owner`insert into provider_accounts (tenant_id, provider, mode, status, settings, credentials, sealed_by)
    values (${tenantId}, 'custom', 'test', 'active', ${owner.json({ base_url, key_window_hours: '24' })},
            ${Buffer.from(sealed)}, ${sealedBy})`;
  const providers = open();
  try {
    const custom = providers.registry.get('custom');
    const attached = await custom.attachMethod({ tenantId, token: 'tok_ok', idempotencyKey: customerId });
    await owner`update payment_methods set provider = 'custom', provider_method_id = ${attached.providerMethodId}
      where tenant_id = ${tenantId}`;
    const input = { customerId, planId, paymentMethodId: null, startDate: null, trialPeriodDays: null, quantity: 1 };
    await createSubscription({ ...context, provider: (name) => providers.registry.get(name) }, call, {
      ...input,
      metadata: {},
      allowIncomplete: false,
      groupId: null,
    });
  } finally {
    await providers.close();
  }
  return tenantId;
}

async function check(
  tenantId: TenantId | null,
  options: { sealer?: typeof testSealing.sealer; toleratedMs?: number } = {},
) {
  const { sealer, toleratedMs = 0 } = options;
  const providers = open(sealer);
  try {
    const setting = { owner: database.owner, tenantId, toleratedMs, onProgress: () => undefined };
    return await checkCharges({ ...setting, providers: providers.registry });
  } finally {
    await providers.close();
  }
}

const whatOf = async (...of: Parameters<typeof check>) =>
  (await check(...of)).violations.map(({ what, row }) => [what, (row as { provider: string }).provider]);

it('matches the charges of every tenant with its own provider, each through its own account', async () => {
  await live();
  const tenantId = await live();
  expect(await check(tenantId)).toMatchObject({ violations: [], attempts: 1, charges: 1, tenants: 1, omitted: [] });
  const all = await check(null);
  expect(all.violations).toEqual([]);
  expect(all.charges).toBe(all.tenants);
});

it.for([
  ['amount_minor = 1', 'the provider charged something else'],
  ["currency = 'EUR'", 'the provider charged something else'],
  ["status = 'declined'", 'the provider charged what did not succeed here'],
] as const)('names what differs at a provider that is not the sandbox: %s', async ([change, what]) => {
  const tenantId = await live();
  await database.owner.unsafe(`update payment_attempts set ${change} where tenant_id = '${tenantId}'`);
  expect(await whatOf(tenantId)).toEqual([[what, 'custom']]);
});

it('takes a charge for one under way while it is young', async () => {
  const tenantId = await live();
  await database.owner`update payment_attempts set status = 'unknown' where tenant_id = ${tenantId}`;
  expect(await whatOf(tenantId, { toleratedMs: 60_000 })).toEqual([]);
  expect(await whatOf(tenantId)).toEqual([['the provider charged what did not succeed here', 'custom']]);
});

it.for([
  ['it has no account', (id: TenantId) => database.owner`delete from provider_accounts where tenant_id = ${id}`],
  [
    'its credentials are refused',
    (id: TenantId) => database.owner`
    update provider_accounts set status = 'credentials_refused' where tenant_id = ${id}`,
  ],
  [
    'nobody answers there',
    (id: TenantId) => database.owner`
    update provider_accounts set settings = settings || '{"base_url":"http://127.0.0.1:1"}' where tenant_id = ${id}`,
  ],
  [
    'nobody registered it',
    (id: TenantId) => database.owner`
    update payment_attempts set provider = 'unheard' where tenant_id = ${id}`,
  ],
] as const)('names a provider that cannot be asked, because %s', async ([, corrupt]) => {
  const tenantId = await live();
  await corrupt(tenantId);
  const [violation] = (await check(tenantId)).violations;
  expect(violation).toMatchObject({
    invariant: 'I6',
    what: 'a provider cannot be asked for its charges',
    row: { tenantId },
  });
});

it('names a provider whose credentials no key opens, and writes nothing down', async () => {
  const tenantId = await live();
  const sealer = createSealer([{ name: 'another', secret: 'of nobody, for a test' }]);
  expect(await whatOf(tenantId, { sealer })).toEqual([['a provider cannot be asked for its charges', 'custom']]);
  const wrong = await database.owner`select status from provider_accounts where tenant_id = ${tenantId}`;
  expect([...wrong]).toEqual([{ status: 'active' }]);
});

it('says which provider lists no charges', async () => {
  const tenantId = await live();
  const { registry, close } = open();
  try {
    const custom = registry.get('custom');
    const blind = { ...custom, capabilities: { ...custom.capabilities, listCharges: false } };
    const providers = {
      names: registry.names,
      get: (name: string) => (name === 'custom' ? blind : registry.get(name)),
    };
    const setting = { owner: database.owner, tenantId, toleratedMs: 0, onProgress: () => undefined };
    expect((await checkCharges({ ...setting, providers })).omitted).toEqual(['I6 of custom: it lists no charges']);
  } finally {
    await close();
  }
});
