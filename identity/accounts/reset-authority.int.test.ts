import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltInRole } from '../../domain/access/roles.ts';
import { rolePermissions } from '../../domain/access/roles.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { type AccountHarness, goodPassword, startAccountHarness } from '../../tests/support/account-harness.ts';
import { provisionUser } from './provision-user.ts';
import { makeResetLinkFor, resetPassword } from './reset-password.ts';

let harness: AccountHarness;

beforeAll(async () => {
  harness = await startAccountHarness();
});
afterAll(() => harness.stop());

const newPassword = 'an orchard behind glass';
const from = { address: '192.0.2.7', requestId: null };

interface Member {
  tenantId: TenantId;
  id: UserId;
  email: string;
  /** Who made the link. */
  admin: UserId;
}

const setRole = (tenantId: TenantId, id: UserId, role: BuiltInRole) =>
  harness.owner`update memberships set role = ${role} where tenant_id = ${tenantId} and id = ${id}`;

const place = (tenantId: TenantId, id: UserId) =>
  harness.owner`insert into memberships (tenant_id, id, email, role) values (${tenantId}, ${id}, 'x', 'viewer')`;

/** A viewer, and a link that an administrator of the tenant made for them: by a session of theirs, or by a key. */
async function makeMember(kind: 'user' | 'api_key' = 'user'): Promise<Member & { link: string }> {
  const tenantId = await harness.makeTenant();
  const admin = await harness.makeUser({ tenants: [tenantId], role: 'admin' });
  const { id, email } = await harness.makeUser({ tenants: [tenantId] });
  const actor = kind === 'user' ? admin.id : 'key_1';
  const by = { kind, tenantId, actor, permissions: rolePermissions.admin };
  const made = await makeResetLinkFor(harness.accounts, id, by);
  return { tenantId, id, email, admin: admin.id, link: new URL(made?.url ?? '').pathname };
}

async function signIn(email: string, password: string): Promise<number> {
  const waiting = harness.interactions.begin();
  return (await harness.post(`/identity/sign-in/${waiting.uid}`, { email, password })).status;
}

/** Through the page, and by a form that was opened while the link was good. */
async function use(link: string): Promise<{ page: number; text: string; isSet: boolean }> {
  const { status, text } = await harness.get(link);
  const isSet = await resetPassword(harness.accounts, link.split('/').at(-1) ?? '', newPassword, from);
  return { page: status, text, isSet };
}

async function join({ email }: Member): Promise<void> {
  const token = await harness.invite(await harness.makeTenant(), email);
  expect((await harness.post(`/identity/invitation/${token}`, { password: goodPassword })).status).toBe(200);
}

const changes: [string, (member: Member) => Promise<unknown>][] = [
  ['joins another business', join],
  ['has a place in another business, however it came', async ({ id }) => place(await harness.makeTenant(), id)],
  ['may do more than who made it', ({ tenantId, id }) => setRole(tenantId, id, 'owner')],
  [
    'is an operator, however it came',
    ({ id }) => harness.owner`update identity.users set is_operator = true where id = ${id}`,
  ],
  ['has left the tenant', ({ id }) => harness.owner`delete from memberships where id = ${id}`],
];

describe('a link an administrator made', () => {
  it.each(['user', 'api_key'] as const)('by a %s sets the password of a member', async (kind) => {
    const member = await makeMember(kind);
    await setRole(member.tenantId, member.id, 'support');
    expect(await use(member.link)).toMatchObject({ page: 200, isSet: true });
    expect(await signIn(member.email, newPassword)).toBe(303);
  });

  it.each(changes)('is over once the account %s', async (_what, change) => {
    for (const kind of ['user', 'api_key'] as const) {
      const member = await makeMember(kind);
      expect((await harness.get(member.link)).status).toBe(200);
      await change(member);
      const unknown = await harness.get('/identity/password/nothing');
      expect(await use(member.link)).toEqual({ page: 404, text: unknown.text, isSet: false });
      expect(await signIn(member.email, goodPassword)).toBe(303);
    }
  });

  it('is over once who made it may do less, or has gone', async () => {
    const [demoted, gone] = [await makeMember(), await makeMember()];
    await setRole(demoted.tenantId, demoted.admin, 'support');
    await setRole(demoted.tenantId, demoted.id, 'finance');
    await harness.owner`delete from memberships where id = ${gone.admin}`;
    for (const { link } of [demoted, gone]) expect(await use(link)).toMatchObject({ page: 404, isSet: false });
  });

  it('is void for good once its account was raised to operator', async () => {
    const { email, link, id } = await makeMember();
    const wanted = { email, name: 'Operator', passwordHash: null, isOperator: true };
    expect(await provisionUser(harness.owner, wanted)).toEqual({ userId: id, isRaised: true });
    await harness.owner`update identity.users set is_operator = false where id = ${id}`;
    expect(await use(link)).toMatchObject({ page: 404, isSet: false });
  });

  it('is void for good once its account joined another business', async () => {
    const member = await makeMember();
    await join(member);
    await harness.owner`delete from memberships where id = ${member.id} and tenant_id <> ${member.tenantId}`;
    expect(await use(member.link)).toMatchObject({ page: 404, isSet: false });
  });
});

describe('a link somebody asked for', () => {
  it('is over once the account opens what the senders of the tenant are not of', async () => {
    const tenantId = await harness.makeTenant();
    const user = await harness.makeUser({ tenants: [tenantId] });
    await harness.post('/identity/password', { email: user.email });
    const [notice] = await harness.owner<{ envelope: { data: { details: { url: string } } } }[]>`
      select envelope from outbox where tenant_id = ${tenantId} and topic = 'notifications.requested'`;
    const link = new URL(notice?.envelope.data.details.url ?? '').pathname;
    expect((await harness.get(link)).status).toBe(200);
    await place(await harness.makeTenant(), user.id);
    expect(await use(link)).toMatchObject({ page: 404, isSet: false });
  });

  it('opens nothing where nobody stands for it', async () => {
    const { id, link } = await makeMember();
    await harness.owner`update identity.password_resets set made_by = null where user_id = ${id}`;
    expect(await use(link)).toMatchObject({ page: 404, isSet: false });
  });
});
