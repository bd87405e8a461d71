import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../db/new-id.ts';
import { rolePermissions } from '../../domain/access/roles.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { createPasswordHasher } from '../../identity/accounts/password-hasher.ts';
import type { Principal } from '../../identity/principal.ts';
import type { OpenSession } from '../../identity/sessions/session.ts';
import { goodPassword } from '../../tests/support/account-harness.ts';
import { type ApiHarness, startApiHarness } from '../../tests/support/api-harness.ts';

let api: ApiHarness;
let speaker: Principal;

beforeAll(async () => {
  api = await startApiHarness({ authenticate: () => speaker });
});
afterAll(() => api.stop());

async function begin(): Promise<{ id: UserId; tenantId: TenantId }> {
  const { tenantId } = await api.makeTenant();
  const id = newId('user');
  const email = `${id}@people.example`;
  await api.owner`insert into identity.users (id, email, name, password_hash)
    values (${id}, ${email}, 'Ada', ${await createPasswordHasher().hash(goodPassword)})`;
  await api.owner`insert into memberships (tenant_id, id, email, role) values (${tenantId}, ${id}, ${email}, 'viewer')`;
  const permissions = rolePermissions.viewer;
  const session = sessionOf(id, tenantId);
  speaker = { tenantId, kind: 'user', actor: id, role: 'viewer', permissions, customerId: null, session };
  return { id, tenantId };
}

function sessionOf(userId: UserId, tenantId: TenantId): OpenSession {
  const from = { ipAddress: null, userAgent: null, returnUrl: null, entered: null };
  const record = { id: newId('session'), tenantId, role: 'viewer', startedAt: Date.now(), ...from };
  return {
    ...{ record: { ...record, holder: { kind: 'user', userId } }, secretHash: 'a hash', lastSeenAt: Date.now() },
    ...{ isFading: false, newSecret: null },
  };
}

const call = (method: string, path: string, body?: object, headers = {}) =>
  api.call(method, `/v1/me${path}`, { key: 'x', body, headers });

const codeAt = (secret: string, offset = 0) =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: Date.now() + offset * 30_000 });

describe('your own account', () => {
  it('is read and named by yourself, in each of your places', async () => {
    const { id, tenantId } = await begin();
    const read = await call('GET', '');
    expect(read.body).toMatchObject({ user_id: id, tenant_id: tenantId, role: 'viewer', totp_enabled: false });
    expect(read.body.places).toMatchObject([{ tenant_id: tenantId, role: 'viewer' }]);
    expect((await call('PUT', '', { name: 'Ada Lovelace' })).body.name).toBe('Ada Lovelace');
    const rows = await api.owner`select name from memberships where id = ${id}`;
    expect(rows).toEqual([{ name: 'Ada Lovelace' }]);
  });

  it.each([
    ['a key', 'api_key'],
    ['a client', 'oauth_client'],
    ['a person’s access token, which an application holds', 'user'],
    ['an operator’s access token', 'operator'],
  ] as const)('is none for %s, which can neither read or change it nor try its secrets', async (_who, kind) => {
    const { id } = await begin();
    const { session: _none, ...withoutSession } = speaker;
    speaker = { ...withoutSession, kind };
    const before = await api.owner`select * from identity.users where id = ${id}`;
    const answers = [
      await call('GET', ''),
      await call('PUT', '', { name: 'Somebody else' }),
      await call('POST', '/password', { current_password: goodPassword, new_password: 'an orchard behind glass' }),
      await call('POST', '/totp', { password: goodPassword }),
      await call('POST', '/totp', { password: 'a wrong one' }),
      await call('POST', '/totp/confirm', { code: '123456' }),
      await call('POST', '/recovery-codes', { password: goodPassword }),
      await call('DELETE', '/totp', { password: goodPassword }),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [403, 'forbidden']));
    // In the same words, whatever was right of what was said.
    expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1);
    expect(await api.owner`select * from identity.users where id = ${id}`).toEqual(before);
    expect(await api.owner`select 1 from audit_log where resource_id = ${id}`).toEqual([]);
  });
});

describe('your password', () => {
  it('is changed by the one before it, to one that holds; its hash is kept under no idempotency key', async () => {
    const { id } = await begin();
    const change = (current_password: string, new_password: string) =>
      call('POST', '/password', { current_password, new_password }, { 'idempotency-key': crypto.randomUUID() });
    expect((await change('wrong password here', 'an orchard behind glass')).status).toBe(403);
    expect((await change(goodPassword, 'Password2026!')).body.code).toBe('invalid_request');
    expect((await change(goodPassword, 'an orchard behind glass')).status).toBe(200);
    expect((await change(goodPassword, 'another orchard, glazed')).status).toBe(403);
    expect(await api.owner`select 1 from idempotency_keys where tenant_id = ${speaker.tenantId}`).toEqual([]);
    const audits = await api.owner<{ action: string }[]>`
      select action from audit_log where resource_id = ${id} order by at, id`;
    expect(audits.map(({ action }) => action)).toEqual(['login.failed', 'password.changed', 'login.failed']);
  });

  it('cannot be guessed by who sits at a session', async () => {
    await begin();
    const guesses = Array.from({ length: 12 }, () => call('POST', '/totp', { password: 'a wrong one' }));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 403)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });
});

describe('your second factor', () => {
  it('counts from its first code on, with ten recovery codes, and is removed by a code or the password', async () => {
    const { id } = await begin();
    const offered = await call('POST', '/totp', { password: goodPassword });
    const { secret, otpauth_uri, qr_svg } = offered.body;
    expect([offered.status, qr_svg.slice(0, 4)]).toEqual([201, '<svg']);
    expect(otpauth_uri).toMatch(/^otpauth:\/\/totp\/RedCore:.*secret=[A-Z2-7]{32}/);
    expect((await call('GET', '')).body.totp_enabled).toBe(false);
    expect((await call('POST', '/totp/confirm', { code: '００００００' })).status).toBe(403);
    const confirmed = await call('POST', '/totp/confirm', { code: codeAt(secret, -1) });
    expect(confirmed.body.recovery_codes).toHaveLength(10);
    expect((await call('POST', '/totp', { password: goodPassword })).body.code).toBe('invalid_state');
    const renewed = await call('POST', '/recovery-codes', { password: goodPassword });
    expect((await call('DELETE', '/totp', { code: confirmed.body.recovery_codes[0] })).status).toBe(403);
    expect((await call('DELETE', '/totp', {})).status).toBe(400);
    expect((await call('DELETE', '/totp', { code: renewed.body.recovery_codes[0] })).body.totp_enabled).toBe(false);
    const stored = await api.owner`select totp_secret, totp_enabled_at from identity.users where id = ${id}`;
    expect(stored).toEqual([{ totpSecret: null, totpEnabledAt: null }]);
  });

  it('is set up by no guessing: wrong codes are audited, and after ten of them nobody tries for a while', async () => {
    const { id, tenantId } = await begin();
    const { secret } = (await call('POST', '/totp', { password: goodPassword })).body;
    const tries: number[] = [];
    for (let count = 0; count < 11; count += 1)
      tries.push((await call('POST', '/totp/confirm', { code: '００００００' })).status);
    expect(tries).toEqual([...Array.from({ length: 10 }, () => 403), 429]);
    expect((await call('POST', '/totp/confirm', { code: codeAt(secret) })).body.code).toBe('rate_limited');
    const failed = await api.owner`
      select details from audit_log where tenant_id = ${tenantId} and actor = ${id} and action = 'login.failed'`;
    expect(failed.map(({ details }) => details.reason)).toEqual(Array.from({ length: 10 }, () => 'wrong_code'));
  });

  it('is sealed at rest', async () => {
    const { id } = await begin();
    const { secret } = (await call('POST', '/totp', { password: goodPassword })).body;
    const [row] = await api.owner<{ totpSecret: Buffer }[]>`select totp_secret from identity.users where id = ${id}`;
    expect(row?.totpSecret.toString('latin1')).not.toContain(secret);
  });
});
