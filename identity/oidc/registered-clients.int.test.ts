import { generateKeyPairSync } from 'node:crypto';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callApi } from '../../tests/support/call-api.ts';
import { type IdentityHarness, startIdentityHarness } from '../../tests/support/identity-harness.ts';
import { insertTestKey } from '../../tests/support/test-keys.ts';

/** Clients as businesses register them over REST, at the OAuth2 server that reads them. */
let harness: IdentityHarness;
let apiKey: string;

beforeAll(async () => {
  harness = await startIdentityHarness();
  apiKey = await insertTestKey(harness.owner, await harness.makeTenant(), 'admin');
});
afterAll(() => harness.stop());

function send(method: string, path: string, body: object = {}, key = apiKey) {
  return callApi(harness.url, method, `/v1${path}`, { key, ...(method === 'GET' ? {} : { body }) });
}

async function register(body: object) {
  const made = await send('POST', '/oauth-clients', { name: 'An application', ...body });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  return made.body;
}

async function signIn(id: string, authentication: client.ClientAuth): Promise<string> {
  const execute = [client.allowInsecureRequests];
  const server = await client.discovery(new URL(harness.url), id, {}, authentication, { execute });
  return (await client.clientCredentialsGrant(server)).access_token;
}

describe('a client that was registered', () => {
  it('signs in with the secret it was shown, and may what its role and scopes say', async () => {
    const made = await register({ role: 'support', scopes: ['plans:read'] });
    const token = await signIn(made.client_id, client.ClientSecretBasic(made.client_secret));
    expect((await send('GET', '/plans', {}, token)).status).toBe(200);
    expect((await send('GET', '/customers', {}, token)).status).toBe(403);
  });

  it('signs in by its key', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1' }] };
    const made = await register({ auth_method: 'private_key_jwt', jwks, role: 'viewer' });
    const pkcs8 = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
    const token = await signIn(made.client_id, client.PrivateKeyJwt({ key, kid: 'k1' }));
    expect((await send('GET', '/plans', {}, token)).status).toBe(200);
  });

  it('signs in with the new secret alone, once it was rotated', async () => {
    const made = await register({});
    const rotated = await send('POST', `/oauth-clients/${made.client_id}/rotate-secret`);
    await expect(signIn(made.client_id, client.ClientSecretBasic(made.client_secret))).rejects.toThrow();
    const token = await signIn(made.client_id, client.ClientSecretBasic(rotated.body.client_secret));
    expect((await send('GET', '/plans', {}, token)).status).toBe(200);
  });

  it('gets no token any more, once it was revoked', async () => {
    const made = await register({});
    await signIn(made.client_id, client.ClientSecretBasic(made.client_secret));
    await send('DELETE', `/oauth-clients/${made.client_id}`);
    await expect(signIn(made.client_id, client.ClientSecretBasic(made.client_secret))).rejects.toThrow();
  });

  it('has a role of the tenant’s own, and follows it', async () => {
    const role = await send('POST', '/roles', { name: 'Planner', permissions: ['plans:read', 'customers:read'] });
    const made = await register({ role: role.body.role_id });
    const token = await signIn(made.client_id, client.ClientSecretBasic(made.client_secret));
    expect((await send('GET', '/customers', {}, token)).status).toBe(200);
    await send('PUT', `/roles/${role.body.role_id}`, { permissions: ['plans:read'] });
    const customers = async () => (await send('GET', '/customers', {}, token)).status;
    await expect.poll(customers, { timeout: 5_000, interval: 100 }).toBe(403);
    expect((await send('GET', '/plans', {}, token)).status).toBe(200);
  });
});
