import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { importJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantId } from '../domain/ids.ts';
import { decodePart } from '../tests/support/decode-token.ts';
import { type IdentityHarness, startIdentityHarness } from '../tests/support/identity-harness.ts';
import type { TestClient } from '../tests/support/identity-rows.ts';
import { testSealing } from '../tests/support/test-sealer.ts';
import { firstPartyClientId } from './first-party-client.ts';
import { loadSigningKeys, type SigningKey } from './oidc/signing-keys.ts';
import { platformScope } from './principal.ts';
import { spellSubject } from './subject.ts';

let harness: IdentityHarness;
let tenantId: TenantId;
let machine: TestClient;
let signing: SigningKey;

beforeAll(async () => {
  harness = await startIdentityHarness();
  tenantId = await harness.makeTenant();
  machine = await harness.makeClient(tenantId);
  const [key] = await loadSigningKeys(harness.sql, testSealing.sealer);
  if (key === undefined) throw new Error('the harness has no key');
  signing = key;
});
afterAll(() => harness.stop());

const seconds = (): number => Math.floor(Date.now() / 1_000);

function goodClaims(): JWTPayload {
  const [sub, now] = [machine.id, seconds()];
  return {
    ...{ iss: harness.url, aud: harness.url, sub, client_id: sub, tenant_id: tenantId, roles: ['integrator'] },
    ...{ scope: 'plans:read', iat: now, exp: now + 300, jti: 'a' },
  };
}

async function sign(changed: JWTPayload, header: Record<string, unknown> = {}, key?: KeyObject): Promise<string> {
  const claims = Object.entries({ ...goodClaims(), ...changed }).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(claims))
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: signing.id, ...header })
    .sign(key ?? (await importJWK(signing.privateJwk, 'RS256')));
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

async function call(token: string, path = '/v1/plans'): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(harness.url + path, {
    headers: { authorization: `Bearer ${token}`, 'x-request-id': 'same' },
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Signed by HMAC with what everybody can read: works where the algorithm is taken from the token. */
function signWithPublicKey(): string {
  const { kty, n, e } = signing.privateJwk;
  const text = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: signing.id })}.${encode(goodClaims())}`;
  const mac = createHmac('sha256', JSON.stringify({ kty, n, e })).update(text).digest('base64url');
  return `${text}.${mac}`;
}

const deniedTo = async (actor: string) => [
  ...(await harness.owner`
    select resource_id, details->>'code' as code from audit_log
    where tenant_id = ${tenantId} and actor = ${actor} and action = 'access.denied'`),
];

const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

const forgeries: [string, () => string | Promise<string>][] = [
  ['of no algorithm', () => `${encode({ alg: 'none', typ: 'at+jwt', kid: signing.id })}.${encode(goodClaims())}.AA`],
  ['of no algorithm and no signature', () => `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(goodClaims())}.`],
  ['by HMAC with the public key', signWithPublicKey],
  ['by another key under our name', () => sign({}, {}, otherKey)],
  ['by a key nobody has heard of', () => sign({}, { kid: 'sig_unknown' }, otherKey)],
  ['that brings its own key', () => sign({}, { kid: 'x', jwk: otherKey.export({ format: 'jwk' }) as never }, otherKey)],
  ['for another audience', () => sign({ aud: 'https://elsewhere.example' })],
  ['for no audience', () => sign({ aud: undefined })],
  ['of another issuer', () => sign({ iss: 'https://elsewhere.example' })],
  ['that expired', () => sign({ iat: seconds() - 400, exp: seconds() - 11 })],
  ['that never expires', () => sign({ exp: undefined })],
  ['issued in the future', () => sign({ iat: seconds() + 60 })],
  ['issued at no time', () => sign({ iat: undefined })],
  ['not to be used before later', () => sign({ nbf: seconds() + 60 })],
  ['of another type: an ID token', () => sign({}, { typ: 'JWT' })],
  ['about another than its client', () => sign({ sub: 'cli_01h455vb4pex5vsknk084sn02q' })],
  ['of no tenant', () => sign({ tenant_id: undefined })],
  [
    'whose tenant is not its subject’s',
    () => sign({ sub: `usr_01h455vb4pex5vsknk084sn02q.ten_01h455vb4pex5vsknk084sn02q` }),
  ],
  ['of a tenant there is not', () => sign({ tenant_id: 'ten_01h455vb4pex5vsknk084sn02q' })],
  ['that was altered', async () => alter(await sign({}))],
  ['that is too long to be ours', () => sign({ padding: 'x'.repeat(9_000) })],
  ['that is no token', () => 'a.b.c'],
];

function alter(token: string): string {
  const [header, , signature] = token.split('.');
  return [header, encode({ ...decodePart(token, 1), scope: 'tenants:manage' }), signature].join('.');
}

describe('an access token', () => {
  it('that is good opens what it names', async () => {
    expect((await call(await sign({}))).status).toBe(200);
    expect((await call(await sign({ scope: 'customers:read' }))).status).toBe(403);
  });

  it.each(forgeries)('%s is refused, in the same words as any other', async (_name, forge) => {
    const expected = await call('nothing');
    const answer = await call(await forge());
    expect(answer.status).toBe(401);
    expect(answer.text).toBe(expected.text);
    expect(answer.headers.get('www-authenticate')).toBe(expected.headers.get('www-authenticate'));
  });

  it('is worth what its role allows now, and nothing once its tenant is suspended', async () => {
    const nobody = await harness.makeClient(tenantId, { role: 'nobody' });
    const ofNobody = { sub: nobody.id, client_id: nobody.id, roles: ['admin'] };
    expect((await call(await sign(ofNobody))).status).toBe(403);
    const suspended = await harness.makeTenant();
    const client = await harness.makeClient(suspended);
    const claims = { tenant_id: suspended, sub: client.id, client_id: client.id };
    expect((await call(await sign(claims))).status).toBe(200);
    await harness.owner`update tenants set status = 'suspended' where tenant_id = ${suspended}`;
    await expect.poll(async () => call(await sign(claims)), { timeout: 6_000 }).toMatchObject({ status: 403 });
    await harness.owner`update tenants set status = 'deleted' where tenant_id = ${suspended}`;
    await expect.poll(async () => call(await sign(claims)), { timeout: 6_000 }).toMatchObject({ status: 401 });
  });

  it('of a user is worth the role held now, and nothing once the place is gone', async () => {
    const { userId } = await harness.makeUser(tenantId, 'admin');
    const ofUser = { sub: spellSubject({ userId, tenantId }), client_id: firstPartyClientId };
    const token = await sign({ ...ofUser, roles: ['admin'], scope: 'plans:read plans:write' });
    const change = () =>
      fetch(`${harness.url}/v1/plans`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({}),
      });
    expect([(await call(token)).status, (await change()).status]).toEqual([200, 400]);
    const place = harness.owner`tenant_id = ${tenantId} and id = ${userId}`;
    await harness.owner`update memberships set role = 'viewer' where ${place}`;
    await expect.poll(async () => (await change()).status, { timeout: 5_000 }).toBe(403);
    expect((await call(token)).status).toBe(200);
    await harness.owner`delete from memberships where ${place}`;
    await expect.poll(async () => (await call(token)).status, { timeout: 5_000 }).toBe(401);
    expect((await call(token)).text).toBe((await call('nothing')).text);
  });

  it('of a user is refused while the tenant is suspended', async () => {
    const suspended = await harness.makeTenant();
    const { userId } = await harness.makeUser(suspended, 'owner');
    const sub = spellSubject({ userId, tenantId: suspended });
    const token = await sign({ sub, client_id: firstPartyClientId, tenant_id: suspended, roles: ['owner'] });
    expect((await call(token)).status).toBe(200);
    await harness.owner`update tenants set status = 'suspended' where tenant_id = ${suspended}`;
    const refused = async () => (JSON.parse((await call(token)).text) as { code?: string }).code;
    await expect.poll(refused, { timeout: 5_000 }).toBe('tenant_suspended');
  });

  it('of a user opens not the account, by whichever client: it tells of one place, and changes nothing', async () => {
    const { userId } = await harness.makeUser(tenantId, 'owner');
    const elsewhere = await harness.makeTenant();
    await harness.owner`insert into memberships (tenant_id, id, email, role)
      select ${elsewhere}, id, email, 'owner' from memberships where tenant_id = ${tenantId} and id = ${userId}`;
    const application = await harness.makeClient(tenantId, { role: 'admin' });
    for (const client_id of [application.id, firstPartyClientId]) {
      const token = await sign({ sub: spellSubject({ userId, tenantId }), client_id, roles: ['owner'] });
      expect((await call(token)).status).toBe(200);
      const who = await call(token, '/v1/session');
      expect(JSON.parse(who.text)).toMatchObject({ actor: userId, tenant: { tenant_id: tenantId }, places: [] });
      const account = await call(token, '/v1/me');
      expect([account.status, JSON.parse(account.text)]).toMatchObject([403, { code: 'forbidden' }]);
      expect(account.text + who.text).not.toContain(elsewhere);
      const renamed = await fetch(`${harness.url}/v1/me`, {
        ...{ method: 'PUT', body: JSON.stringify({ name: 'Somebody else' }) },
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      });
      expect(renamed.status).toBe(403);
    }
    const names = await harness.owner`select 1 from memberships where id = ${userId} and name = 'Somebody else'`;
    expect(names).toEqual([]);
  });

  it('opens no other tenant: what it reads is its own', async () => {
    const other = await harness.makeTenant();
    const client = await harness.makeClient(other, { role: 'admin' });
    const made = await fetch(`${harness.url}/v1/customers`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', 'idempotency-key': 'token-test' },
        authorization: `Bearer ${await sign({ tenant_id: other, sub: client.id, client_id: client.id, roles: ['admin'], scope: 'customers:write' })}`,
      },
      body: JSON.stringify({ name: 'Theirs', email: 'theirs@example.com' }),
    });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    const read = await fetch(`${harness.url}/v1/customers/${id}`, {
      headers: { authorization: `Bearer ${await sign({ scope: 'customers:read' })}` },
    });
    expect(read.status).toBe(404);
  });
});

describe('within five seconds an access token is worth nothing', () => {
  const within = { timeout: 5_000 };
  const claimsOf = (client: TestClient) => ({ sub: client.id, client_id: client.id });

  it('once its client is revoked', async () => {
    const client = await harness.makeClient(tenantId);
    const token = await sign(claimsOf(client));
    expect((await call(token)).status).toBe(200);
    await harness.owner`update oauth_clients set revoked_at = now() where id = ${client.id}`;
    await expect.poll(async () => (await call(token)).status, within).toBe(401);
    await expect.poll(() => deniedTo(client.id), within).toEqual([{ resourceId: 'GET /plans', code: 'unauthorized' }]);
  });

  it('for what its client may do no longer, by role or by scopes', async () => {
    const client = await harness.makeClient(tenantId, { role: 'admin' });
    const token = await sign({ ...claimsOf(client), roles: ['admin'], scope: 'plans:read customers:read audit:read' });
    const statuses = async () =>
      Promise.all(['/v1/plans', '/v1/customers', '/v1/audit'].map(async (path) => (await call(token, path)).status));
    expect(await statuses()).toEqual([200, 200, 200]);
    await harness.owner`update oauth_clients set scopes = '{plans:read,audit:read}' where id = ${client.id}`;
    await expect.poll(statuses, within).toEqual([200, 403, 200]);
    await harness.owner`update oauth_clients set role = 'integrator' where id = ${client.id}`;
    await expect.poll(statuses, within).toEqual([200, 403, 403]);
  });

  it('in a person’s name once the client that was let in is revoked', async () => {
    const { userId } = await harness.makeUser(tenantId, 'admin');
    const client = await harness.makeClient(tenantId, { role: 'admin' });
    const token = await sign({ sub: spellSubject({ userId, tenantId }), client_id: client.id, roles: ['admin'] });
    expect((await call(token)).status).toBe(200);
    await harness.owner`update oauth_clients set revoked_at = now() where id = ${client.id}`;
    await expect.poll(async () => (await call(token)).status, within).toBe(401);
  });

  it('once its person has a new password, or a closed account', async () => {
    const [one, other] = [await harness.makeUser(tenantId, 'admin'), await harness.makeUser(tenantId, 'admin')];
    const [first, second] = await Promise.all(
      [one, other].map(({ userId }) =>
        sign({ sub: spellSubject({ userId, tenantId }), client_id: firstPartyClientId, roles: ['admin'] }),
      ),
    );
    const statuses = async () => [(await call(first ?? '')).status, (await call(second ?? '')).status];
    expect(await statuses()).toEqual([200, 200]);
    await harness.owner`update identity.users set password_changed_at = clock_timestamp() where id = ${one.userId}`;
    await harness.owner`update identity.users set status = 'disabled' where id = ${other.userId}`;
    await expect.poll(statuses, within).toEqual([401, 401]);
  });

  it('once its operator is one no longer', async () => {
    const { userId } = await harness.makeUser(tenantId, 'viewer');
    await harness.owner`update identity.users set is_operator = true where id = ${userId}`;
    const sub = spellSubject({ userId, tenantId: platformScope });
    const about = { sub, client_id: firstPartyClientId, tenant_id: platformScope, roles: ['operator'] };
    const token = await sign({ ...about, scope: 'tenants:manage' });
    expect((await call(token, '/v1/tenants')).status).toBe(200);
    await harness.owner`update identity.users set is_operator = false where id = ${userId}`;
    await expect.poll(async () => (await call(token, '/v1/tenants')).status, within).toBe(401);
  });
});
