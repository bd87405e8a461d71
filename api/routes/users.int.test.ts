import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountNotices } from '../../contracts/events/account-notices.ts';
import { newId } from '../../db/new-id.ts';
import type { BuiltInRole } from '../../domain/access/roles.ts';
import { type ApiHarness, startApiHarness, type TestTenant } from '../../tests/support/api-harness.ts';
import { openUserSession, sameOrigin } from '../../tests/support/test-portals.ts';

let api: ApiHarness;
let tenant: TestTenant;
let owner: string;

beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.stop());

async function begin() {
  tenant = await api.makeTenant();
  owner = await api.makeKey(tenant.tenantId, 'owner');
}

async function addUser(role: string, of = tenant): Promise<string> {
  const id = newId('user');
  const email = `${id}@people.example`;
  await api.owner`insert into identity.users (id, email) values (${id}, ${email})`;
  await api.owner`insert into memberships (tenant_id, id, email, role) values (${of.tenantId}, ${id}, ${email}, ${role})`;
  return id;
}

const place = (id: string, role: string, { tenantId }: { tenantId: string }) =>
  api.owner`insert into memberships (tenant_id, id, email, role) values (${tenantId}, ${id}, 'x', ${role})`;

/** The live half of a business whose sandbox this is. */
async function pairOf({ tenantId }: TestTenant): Promise<TestTenant> {
  const live = await api.makeTenant();
  await api.owner`update tenants set mode = 'live', pair_id = ${tenantId} where tenant_id = ${live.tenantId}`;
  await api.owner`update tenants set pair_id = ${live.tenantId} where tenant_id = ${tenantId}`;
  return live;
}

const call = (method: string, path: string, body?: object, key = owner) =>
  api.call(method, `/v1${path}`, { key, body });

const auditsOf = async (resourceId: string) => [
  ...(await api.owner`select action, actor, details from audit_log
    where tenant_id = ${tenant.tenantId} and resource_id = ${resourceId} order by at, id`),
];

describe('inviting', () => {
  it('answers the link once, tells senders, and is audited without it', async () => {
    await begin();
    const request = {
      key: owner,
      body: { email: 'Grace@people.example', role: 'finance' },
      headers: { 'idempotency-key': 'one' },
    };
    const first = await api.call('POST', '/v1/invitations', request);
    const replay = await api.call('POST', '/v1/invitations', request);
    expect([first.status, first.body.status]).toEqual([201, 'open']);
    expect(first.body.url).toMatch(/^https:\/\/redcore\.example\/identity\/invitation\/[\w-]{43}$/);
    expect(replay.body).toEqual({ ...first.body, url: null });
    const [outbox] = await api.owner<{ envelope: { data: { kind: string; details: unknown } } }[]>`
      select envelope from outbox where tenant_id = ${tenant.tenantId}`;
    expect(outbox?.envelope.data.kind).toBe('invitation');
    expect(accountNotices.invitation.parse(outbox?.envelope.data.details).url).toBe(first.body.url);
    const token = first.body.url.split('/').at(-1);
    const rows = await api.owner`
      select to_jsonb(i) from invitations i where tenant_id = ${tenant.tenantId}
      union all select to_jsonb(a) from audit_log a where tenant_id = ${tenant.tenantId}
      union all select to_jsonb(k) from idempotency_keys k where tenant_id = ${tenant.tenantId}`;
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(await auditsOf(first.body.invitation_id)).toMatchObject([{ action: 'user.invited' }]);
  });

  it('is once per address, until it is withdrawn; an accepted one cannot be', async () => {
    await begin();
    const invite = (email: string) => call('POST', '/invitations', { email, role: 'viewer' });
    const first = await invite('grace@people.example');
    expect((await invite('GRACE@people.example')).body.code).toBe('already_exists');
    const path = `/invitations/${first.body.invitation_id}`;
    expect((await call('DELETE', path, {})).body.status).toBe('revoked');
    expect((await call('DELETE', path, {})).body.status).toBe('revoked');
    const second = await invite('grace@people.example');
    await api.owner`update invitations set status = 'accepted' where id = ${second.body.invitation_id}`;
    expect((await call('DELETE', `/invitations/${second.body.invitation_id}`, {})).body.code).toBe('invalid_state');
    const listed = await call('GET', '/invitations');
    expect(listed.body.data.map(({ status }: { status: string }) => status)).toEqual(['accepted', 'revoked']);
    const member = await addUser('viewer');
    expect((await invite(`${member}@people.example`)).body.code).toBe('already_exists');
  });

  it('ends at the limit of users: members and those invited', async () => {
    await begin();
    await api.owner`update tenants set limits = '{"users": 2}' where tenant_id = ${tenant.tenantId}`;
    await addUser('viewer');
    const invite = (email: string) => call('POST', '/invitations', { email, role: 'viewer' });
    const answers = await Promise.all([invite('one@people.example'), invite('two@people.example')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'quota_reached', limit: 'users', maximum: 2 });
    const made = answers.find(({ status }) => status === 201);
    await call('DELETE', `/invitations/${made?.body.invitation_id}`, {});
    expect((await invite('three@people.example')).status).toBe(201);
  });

  it.each<[BuiltInRole, string, number]>([
    ['admin', 'owner', 403],
    ['admin', 'admin', 201],
    ['owner', 'owner', 201],
    ['owner', 'operator', 400],
    ['owner', 'customer', 400],
    ['owner', 'integrator', 400],
    ['owner', 'role_unknown', 400],
    ['support', 'viewer', 403],
  ])('by %s as %s answers %i', async (role, offered, status) => {
    await begin();
    const key = await api.makeKey(tenant.tenantId, role);
    const answer = await call('POST', '/invitations', { email: 'a@people.example', role: offered }, key);
    expect(answer.status).toBe(status);
  });
});

describe('a user', () => {
  it('is given another role, and is removed with what was offered to the address', async () => {
    await begin();
    const id = await addUser('viewer');
    const role = await call('POST', '/roles', { name: 'Planner', permissions: ['plans:write'] });
    const changed = await call('PUT', `/users/${id}`, { role: role.body.role_id });
    expect(changed.body).toMatchObject({ user_id: id, role: role.body.role_id });
    await call('POST', '/invitations', { email: 'other@people.example', role: 'viewer' });
    await api.owner`update invitations set email = ${`${id}@people.example`} where tenant_id = ${tenant.tenantId}`;
    expect((await call('DELETE', `/users/${id}`, {})).status).toBe(200);
    expect((await call('GET', `/users/${id}`)).status).toBe(404);
    expect(await api.owner`select * from find_memberships(${id})`).toEqual([]);
    expect((await call('GET', '/invitations')).body.data[0].status).toBe('revoked');
    expect(await auditsOf(id)).toMatchObject([
      { action: 'user.role_changed', details: { before: { role: 'viewer' }, after: { role: role.body.role_id } } },
      { action: 'user.removed', details: { before: { role: role.body.role_id } } },
    ]);
  });

  it('who is the last owner stays one, also when two owners let each other go at once', async () => {
    await begin();
    const [first, second] = [await addUser('owner'), await addUser('owner')];
    const answers = await Promise.all([
      call('PUT', `/users/${first}`, { role: 'admin' }),
      call('DELETE', `/users/${second}`, {}),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('last_owner');
    const owners = await api.owner`select 1 from memberships where tenant_id = ${tenant.tenantId} and role = 'owner'`;
    expect(owners).toHaveLength(1);
  });

  it('is out of reach of those who may do less', async () => {
    await begin();
    const id = await addUser('owner');
    await addUser('owner');
    const answers = [
      await call('PUT', `/users/${id}`, { role: 'viewer' }, tenant.apiKey),
      await call('DELETE', `/users/${id}`, {}, tenant.apiKey),
      await call('POST', `/users/${id}/password-reset`, {}, tenant.apiKey),
      await call('PUT', `/users/${await addUser('viewer')}`, { role: 'owner' }, tenant.apiKey),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [403, 'forbidden']));
  });

  it('gets a link for a new password from an administrator, unless the account opens more', async () => {
    await begin();
    const id = await addUser('viewer');
    const path = `/users/${id}/password-reset`;
    const made = await call('POST', path, {});
    expect(made.status).toBe(201);
    expect(made.body.url).toMatch(/^https:\/\/redcore\.example\/identity\/password\/[\w-]{43}$/);
    expect(await auditsOf(id)).toMatchObject([{ action: 'password_reset.requested' }]);
    const other = await api.makeTenant();
    await api.owner`insert into memberships (tenant_id, id, email, role) values (${other.tenantId}, ${id}, 'x', 'viewer')`;
    expect((await call('POST', path, {})).status).toBe(403);
  });

  it.each<[string, { in: BuiltInRole; there?: BuiltInRole }, { in: BuiltInRole; there: BuiltInRole }, number]>([
    ['who may as much in both halves', { in: 'admin', there: 'admin' }, { in: 'viewer', there: 'finance' }, 201],
    ['who may less in the other half', { in: 'owner', there: 'finance' }, { in: 'viewer', there: 'admin' }, 403],
    ['an owner here who may more there', { in: 'owner', there: 'owner' }, { in: 'admin', there: 'owner' }, 201],
    ['who has no place in the other half', { in: 'owner' }, { in: 'viewer', there: 'viewer' }, 403],
  ])('of a business with two halves gets one from a person: %s', async (_, by, of, status) => {
    await begin();
    const live = await pairOf(tenant);
    const caller = newId('user');
    const { cookie } = await openUserSession(api.portals, api.owner, { ...tenant, userId: caller, role: by.in });
    if (by.there) await place(caller, by.there, live);
    const id = await addUser(of.in);
    await place(id, of.there, live);
    const path = `/v1/users/${id}/password-reset`;
    const answer = await api.call('POST', path, { body: {}, headers: { cookie, ...sameOrigin } });
    expect([answer.status, typeof answer.body.url]).toEqual([status, status === 201 ? 'string' : 'undefined']);
  });

  it('of a business with two halves gets none by a key, which is of one half alone', async () => {
    await begin();
    const live = await pairOf(tenant);
    const id = await addUser('viewer');
    const path = `/users/${id}/password-reset`;
    expect((await call('POST', path, {})).status).toBe(201);
    await place(id, 'viewer', live);
    const refused = await call('POST', path, {});
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    const links = await api.owner`select 1 from identity.password_resets where user_id = ${id}`;
    expect(links).toHaveLength(1);
  });

  it('is listed page by page', async () => {
    await begin();
    const ids = [await addUser('viewer'), await addUser('support'), await addUser('owner')];
    const first = await call('GET', '/users?limit=2');
    const second = await call('GET', `/users?limit=2&cursor=${first.body.next_cursor}`);
    const listed = [...first.body.data, ...second.body.data].map(({ user_id }: { user_id: string }) => user_id);
    expect(listed).toEqual(ids.toReversed());
  });
});
