import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rolePermissions } from '../../domain/access/roles.ts';
import { decodePart } from '../../tests/support/decode-token.ts';
import { type IdentityHarness, startIdentityHarness } from '../../tests/support/identity-harness.ts';
import { discover } from '../../tests/support/sign-in-by-code.ts';

let harness: IdentityHarness;

beforeAll(async () => {
  harness = await startIdentityHarness();
});
afterAll(() => harness.stop());

function readPlans(token: string): Promise<Response> {
  return fetch(`${harness.url}/v1/plans`, { headers: { authorization: `Bearer ${token}` } });
}

async function askForToken(
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const body = new URLSearchParams(form);
  const response = await fetch(`${harness.url}/oauth/token`, { method: 'POST', body, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function signIn(given: Parameters<IdentityHarness['makeClient']>[1] = {}) {
  const tenantId = await harness.makeTenant();
  const { id, secret } = await harness.makeClient(tenantId, given);
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
  return { tenantId, id, secret, form };
}

describe('discovery', () => {
  it.each(['openid-configuration', 'oauth-authorization-server'])('is at the public address (%s)', async (document) => {
    const response = await fetch(`${harness.url}/.well-known/${document}`);
    expect(await response.json()).toMatchObject({
      issuer: harness.url,
      token_endpoint: `${harness.url}/oauth/token`,
      jwks_uri: `${harness.url}/oauth/jwks`,
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code'],
    });
  });

  it('names addresses of the public address alone, whatever host a request claims', async () => {
    const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' };
    const response = await fetch(`${harness.url}/.well-known/openid-configuration`, { headers: forged });
    expect(await response.text()).not.toContain('evil.example');
  });

  it('publishes no part of a private key', async () => {
    const { keys } = (await (await fetch(`${harness.url}/oauth/jwks`)).json()) as { keys: object[] };
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
  });
});

describe('a machine', () => {
  it.each([
    ['in the header', client.ClientSecretBasic],
    ['in the form', client.ClientSecretPost],
  ])('signs in with its secret %s, and the API takes its token', async (_name, authentication) => {
    const { tenantId, id, secret } = await signIn();
    const tokens = await client.clientCredentialsGrant(await discover(harness, id, authentication(secret)));
    expect(tokens.expires_in).toBe(300);
    expect(decodePart(tokens.access_token, 0)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect(decodePart(tokens.access_token, 1)).toMatchObject({
      ...{ iss: harness.url, aud: harness.url, sub: id, client_id: id, tenant_id: tenantId, roles: ['integrator'] },
      scope: [...rolePermissions.integrator].join(' '),
    });
    expect((await readPlans(tokens.access_token)).status).toBe(200);
  });

  it('is audited when it is used first, and not again', async () => {
    const { tenantId, id, form } = await signIn();
    const headers = { 'x-request-id': 'first-use' };
    for (let use = 0; use < 3; use += 1) expect((await askForToken(form, headers)).status).toBe(200);
    const read = () => harness.owner`
      select actor, resource_id, request_id, ip_address from audit_log
      where tenant_id = ${tenantId} and action = 'oauth_client.first_used'`;
    // Noted behind the answer.
    await vi.waitFor(async () => expect(await read()).toHaveLength(1), 10_000);
    await harness.owner`update oauth_clients set last_used_at = now() - interval '1 hour' where id = ${id}`;
    await askForToken(form);
    await vi.waitFor(async () => {
      const rows = await harness.owner`
        select 1 from oauth_clients where id = ${id} and last_used_at > now() - interval '1 minute'`;
      expect(rows).toHaveLength(1);
    }, 10_000);
    expect(await read()).toMatchObject([{ actor: id, resourceId: id, requestId: 'first-use', ipAddress: '127.0.0.1' }]);
  });

  it('signs in with a key of its own, and every assertion counts once', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: 'one' }] };
    const { id } = await signIn({ authMethod: 'private_key_jwt', jwks });
    const relyingParty = await discover(harness, id, client.PrivateKeyJwt({ key: privateKey, kid: 'one' }));
    const tokens = await client.clientCredentialsGrant(relyingParty);
    expect((await readPlans(tokens.access_token)).status).toBe(200);

    const assertion = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(harness.url)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey);
    const form = {
      ...{ grant_type: 'client_credentials', client_assertion: assertion },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };
    const answers = await Promise.all([0, 1, 2].map(() => askForToken(form)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401, 401]);
  });

  it('may ask for less than it may, and never gets more', async () => {
    const { form } = await signIn({ role: 'viewer', scopes: ['plans:read', 'invoices:read', 'plans:write'] });
    const all = await askForToken(form);
    expect(all.body['scope']).toBe('plans:read invoices:read');
    const less = await askForToken({ ...form, scope: 'invoices:read tenant:delete tenants:manage made:up' });
    expect(less.body['scope']).toBe('invoices:read');
    expect((await readPlans(String(less.body['access_token']))).status).toBe(403);
    const nothing = await askForToken({ ...form, scope: 'tenant:delete' });
    expect((await readPlans(String(nothing.body['access_token']))).status).toBe(403);
  });

  it('with a role of its tenant’s own may what that names, and nothing of the operators', async () => {
    const { tenantId, form, id } = await signIn({ role: 'role_01h455vb4pex5vsknk084sn02q' });
    await harness.owner`insert into custom_roles (tenant_id, id, name, permissions)
      values (${tenantId}, 'role_01h455vb4pex5vsknk084sn02q', 'Reader', ${['plans:read', 'tenants:manage', 'made:up']})`;
    expect((await askForToken(form)).body['scope']).toBe('plans:read');
    for (const role of ['operator', 'customer']) {
      await harness.owner`update oauth_clients set role = ${role} where id = ${id}`;
      expect((await askForToken(form)).body['scope']).toBeUndefined();
    }
  });

  it('gets no token for another audience than the API', async () => {
    const { form } = await signIn();
    const elsewhere = await askForToken({ ...form, resource: 'https://elsewhere.example' });
    expect(elsewhere).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    const { body } = await askForToken({ ...form, resource: `${harness.url}/` });
    expect(decodePart(String(body['access_token']), 1)['aud']).toBe(harness.url);
  });

  it('reads its own token by introspection, and no other’s', async () => {
    const first = await signIn();
    const { body } = await askForToken(first.form);
    const introspect = async (form: Record<string, string>, token: string) => {
      const response = await fetch(`${harness.url}/oauth/introspect`, {
        ...{ method: 'POST', body: new URLSearchParams({ ...form, token }) },
      });
      return (await response.json()) as object;
    };
    const token = String(body['access_token']);
    expect(await introspect(first.form, token)).toMatchObject({ active: true, client_id: first.id, aud: harness.url });
    expect(await introspect((await signIn()).form, token)).toEqual({ active: false });
    expect(await introspect(first.form, `${token.slice(0, -4)}AAAA`)).toEqual({ active: false });
    expect(await introspect({ ...first.form, client_secret: 'wrong' }, token)).toMatchObject({
      error: 'invalid_client',
    });
  });
});

describe('a machine is refused', () => {
  it('with another secret, another’s, or none; its business can read of it', async () => {
    const { form, tenantId } = await signIn();
    const other = await signIn();
    for (const secret of ['wrong', other.secret, '']) {
      const { status, body } = await askForToken({ ...form, client_secret: secret });
      expect([400, 401]).toContain(status);
      expect(body['error']).toMatch(/^invalid_(client|request)$/);
    }
    await expect
      .poll(
        () => harness.owner`select 1 from audit_log where tenant_id = ${tenantId} and action = 'oauth_token.denied'`,
      )
      .not.toHaveLength(0);
  });

  it.each([
    ['is revoked', (id: string) => harness.owner`update oauth_clients set revoked_at = now() where id = ${id}`],
    [
      'belongs to a suspended tenant',
      (id: string) => harness.owner`update tenants set status = 'suspended'
        where tenant_id = (select tenant_id from oauth_clients where id = ${id})`,
    ],
    [
      'has a secret that was sealed for another',
      (id: string) => harness.owner`update oauth_clients c set secret = o.secret from oauth_clients o
        where c.id = ${id} and o.id <> ${id} and o.secret is not null`,
    ],
  ])('once it %s', async (_name, change) => {
    await signIn();
    const { id, form } = await signIn();
    expect((await askForToken(form)).status).toBe(200);
    await change(id);
    expect((await askForToken(form)).status).toBeGreaterThanOrEqual(400);
  });

  it('for a grant it was not made for', async () => {
    const { form } = await signIn();
    const answer = await askForToken({ ...form, grant_type: 'refresh_token', refresh_token: 'x' });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});
