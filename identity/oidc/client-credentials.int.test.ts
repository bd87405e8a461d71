import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rolePermissions } from '../../domain/access/roles.ts';
import { decodePart } from '../../tests/support/decode-token.ts';
import { type IdentityHarness, startIdentityHarness } from '../../tests/support/identity-harness.ts';

let harness: IdentityHarness;

beforeAll(async () => {
  harness = await startIdentityHarness();
});
afterAll(() => harness.stop());

function discover(id: string, authentication: client.ClientAuth) {
  const execute = [client.allowInsecureRequests];
  return client.discovery(new URL(harness.url), id, {}, authentication, { execute });
}

function readPlans(token: string): Promise<Response> {
  return fetch(`${harness.url}/v1/plans`, { headers: { authorization: `Bearer ${token}` } });
}

describe('a machine', () => {
  it.each([
    ['in the header', client.ClientSecretBasic],
    ['in the form', client.ClientSecretPost],
  ])('signs in with its secret %s, and the API takes its token', async (_name, authentication) => {
    const tenantId = await harness.makeTenant();
    const { id, secret } = await harness.makeClient(tenantId);
    const tokens = await client.clientCredentialsGrant(await discover(id, authentication(secret)));
    expect(tokens.expires_in).toBe(300);
    expect(decodePart(tokens.access_token, 0)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect(decodePart(tokens.access_token, 1)).toMatchObject({
      ...{ iss: harness.url, aud: harness.url, sub: id, client_id: id, tenant_id: tenantId, roles: ['integrator'] },
      scope: [...rolePermissions.integrator].join(' '),
    });
    const answer = await readPlans(tokens.access_token);
    expect(answer.status).toBe(200);
  });
});
