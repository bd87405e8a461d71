import * as client from 'openid-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { provisionSandboxTenant } from '../identity/provision-sandbox-tenant.ts';
import { loadSecrets } from '../stack/secrets.ts';
import { callApi } from './support/call-api.ts';
import { startTestPlatform, type TestPlatform } from './support/platform.ts';
import { stackEnv } from './support/stack-env.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

it('a machine signs in at the public address while every role is a process of its own, and goes on while identity is away', async () => {
  const { apiKey: key } = await provisionSandboxTenant({
    ...{ ownerUrl: platform.addresses.databaseUrl, keySecret: loadSecrets(stackEnv().dataDir).keySecret },
    tenantName: 'Test',
  });
  const made = await callApi(platform.apiUrl, 'POST', '/v1/oauth-clients', {
    key,
    headers: { 'idempotency-key': 'machine' },
    body: {
      name: 'Machine',
      auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      role: 'integrator',
    },
  });
  expect(made.status).toBe(201);
  const { client_id: id, client_secret: secret } = made.body as { client_id: string; client_secret: string };
  const execute = [client.allowInsecureRequests];
  const authentication = client.ClientSecretBasic(secret);
  const relyingParty = await client.discovery(new URL(platform.apiUrl), id, {}, authentication, { execute });
  const { access_token: token } = await client.clientCredentialsGrant(relyingParty);
  const use = () => callApi(platform.apiUrl, 'GET', '/v1/plans', { key: token });
  expect((await use()).status).toBe(200);

  await platform.kill(platform.role('identity'));
  expect((await use()).status).toBe(200);
  const away = await fetch(`${platform.apiUrl}/oauth/jwks`);
  expect(away.status).toBe(503);
});
