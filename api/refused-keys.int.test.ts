import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashApiKeySecret, makeApiKey } from '../identity/api-key.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../tests/support/api-harness.ts';
import { testKeySecret } from '../tests/support/test-keys.ts';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());

const ofTenant = ({ tenantId }: TestTenant) => api.owner`tenant_id = ${tenantId}`;

/** A key with its hash, as if made for a live tenant by mistake: everything of it is right but the tenant's mode. */
async function insertLiveKey({ tenantId }: TestTenant): Promise<string> {
  const key = makeApiKey('live');
  await api.owner`insert into api_keys (tenant_id, id, secret_hash, owner, role)
    values (${tenantId}, ${key.id}, ${hashApiKeySecret(key.secret, testKeySecret)}, 'test', 'admin')`;
  return key.text;
}

it.each<[string, (tenant: TestTenant) => unknown]>([
  ['expired', (tenant) => api.owner`update api_keys set expires_at = now() where ${ofTenant(tenant)}`],
  ['revoked', (tenant) => api.owner`update api_keys set revoked_at = now() where ${ofTenant(tenant)}`],
  ['mistyped', ({ apiKey }) => apiKey.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
  ['of another secret', ({ apiKey }) => apiKey.slice(0, 34) + makeApiKey('sandbox').text.slice(34)],
  ['nobody’s', () => makeApiKey('sandbox').text],
  ['live at a sandbox tenant', insertLiveKey],
  ['of a suspended tenant', (t) => api.owner`update tenants set status = 'suspended' where ${ofTenant(t)}`],
  ['of a deleted tenant', (t) => api.owner`update tenants set status = 'deleted' where ${ofTenant(t)}`],
  ['no key', () => 'x'],
])('a key that is %s is answered as one that never was', async (_what, spoil) => {
  const tenant = await api.makeTenant();
  const spoiled = await spoil(tenant);
  const key = typeof spoiled === 'string' ? spoiled : tenant.apiKey;
  const [refused, never] = [
    await api.call('GET', '/v1/plans', { key }),
    await api.call('GET', '/v1/plans', { key: makeApiKey('sandbox').text }),
  ];
  expect([refused.status, refused.body.code]).toEqual([401, 'unauthorized']);
  expect(refused.text).toBe(never.text);
  // Each request has an id, a time and a place in its address's rate of its own.
  const ofRequest = /^(x-request-id|date|ratelimit-.*)$/;
  const headersOf = ({ headers }: typeof refused) => [...headers].filter(([name]) => !ofRequest.test(name)).toSorted();
  expect(headersOf(refused)).toEqual(headersOf(never));
});
