import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ShortLivedStoreError } from '../../adapters/short-lived/short-lived-store-error.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import { rolePermissions } from '../../domain/access/roles.ts';
import type { UserId } from '../../domain/ids.ts';
import { type AccountHarness, goodPassword, startAccountHarness } from '../../tests/support/account-harness.ts';
import { askForReset, makeOperatorResetLink, makeResetLink, makeResetLinkFor } from '../accounts/reset-password.ts';
import { checkPassword } from '../accounts/sign-in.ts';

let harness: AccountHarness;

beforeAll(async () => {
  harness = await startAccountHarness();
});
afterAll(() => harness.stop());

const askPath = '/identity/password';
const newPassword = 'an orchard behind glass';

async function makeLink(userId: UserId): Promise<string> {
  return new URL((await makeResetLink(harness.accounts, harness.owner, userId, { by: 'owner_role' })).url).pathname;
}

async function signIn(email: string, password: string): Promise<number> {
  const waiting = harness.interactions.begin();
  return (await harness.post(`/identity/sign-in/${waiting.uid}`, { email, password })).status;
}

const noticesOf = (tenantId: string) =>
  harness.owner<{ envelope: { data: { kind: string; details: { url: string; email: string } } } }[]>`
    select envelope from outbox where tenant_id = ${tenantId} and topic = 'notifications.requested'`;

describe('a link to set a password', () => {
  it('sets it once, ends what was signed in, and voids every other link', async () => {
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const [link, other] = [await makeLink(user.id), await makeLink(user.id)];
    const grant = { id: user.id, payload: harness.owner.json({ accountId: `${user.id}.ten_1` }) };
    await harness.owner`insert into identity.oidc_records ${harness.owner({ model: 'Grant', ...grant })}`;
    const weak = await harness.post(link, { password: user.email });
    expect([weak.status, await signIn(user.email, goodPassword)]).toEqual([400, 303]);
    expect((await harness.post(link, { password: newPassword })).text).toContain('Your password is set');
    expect(harness.ended).toContain(user.id);
    expect(await harness.owner`select 1 from identity.oidc_records where id = ${user.id}`).toEqual([]);
    expect([(await harness.get(link)).status, (await harness.get(other)).status]).toEqual([404, 404]);
    expect([await signIn(user.email, goodPassword), await signIn(user.email, newPassword)]).toEqual([401, 303]);
    const audits = await harness.audits(user.id);
    expect(audits.find(({ action }) => action === 'password.changed')?.details).toMatchObject({ by: 'reset_link' });
    expect(JSON.stringify([audits, harness.logged])).not.toContain(newPassword);
  });

  it('lets in again whom a stranger’s tries, from many networks, have locked out', async () => {
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const guess = (network: number) => {
      const from = { address: `2001:db8:5:${network.toString(16)}::1`, requestId: null };
      return checkPassword(harness.accounts, { email: user.email, password: 'wrong' }, from);
    };
    // As many at once as are computed at once; then the account's day is spent.
    for (let count = 0; count < 100; count += 4) {
      const tries = [0, 1, 2, 3].map((n) => guess(count + n));
      expect(await Promise.all(tries)).toEqual(tries.map(() => ({ kind: 'refused' })));
    }
    harness.address = '192.0.2.200';
    for (let count = 0; count < 10; count += 1) expect(await signIn(user.email, goodPassword)).toBe(429);
    await harness.post(await makeLink(user.id), { password: newPassword });
    expect(await signIn(user.email, newPassword)).toBe(303);
    expect(await guess(0)).toEqual({ kind: 'refused' });
  });

  it('is made for an operator by the owner’s role, and told in the platform’s audit', async () => {
    const { id } = await harness.makeUser({ tenants: [], isOperator: true });
    const { url } = await makeOperatorResetLink(harness.accounts, harness.owner, id);
    expect((await harness.post(new URL(url).pathname, { password: newPassword })).text).toContain(
      'Your password is set',
    );
    const audits = await harness.audits(id);
    expect(audits).toMatchObject([
      { tenantId: 'platform', action: 'password_reset.requested', actor: 'operator' },
      { tenantId: 'platform', action: 'password.changed' },
    ]);
    expect(JSON.stringify(audits)).not.toContain(new URL(url).pathname.split('/').at(-1));
  });

  it('changes nothing, and stays good, where what was signed in cannot be ended', async () => {
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const link = await makeLink(user.id);
    const { onCredentialsChanged } = harness.accounts;
    harness.accounts.onCredentialsChanged = async () => {
      throw new ShortLivedStoreError(new Error('away'));
    };
    const refused = await harness.post(link, { password: newPassword }).finally(() => {
      harness.accounts.onCredentialsChanged = onCredentialsChanged;
    });
    expect([refused.status, (await harness.get(link)).status]).toEqual([503, 200]);
    expect(await signIn(user.email, goodPassword)).toBe(303);
  });

  it('is over after an hour, and is of no use for an account that is closed', async () => {
    const user = await harness.makeUser();
    const link = await makeLink(user.id);
    await harness.owner`update identity.password_resets set expires_at = now() where user_id = ${user.id}`;
    expect((await harness.get(link)).status).toBe(404);
    const later = await makeLink(user.id);
    await harness.owner`update identity.users set status = 'disabled' where id = ${user.id}`;
    expect((await harness.get(later)).status).toBe(404);
  });

  it('is stored as nothing that opens', async () => {
    const user = await harness.makeUser();
    const token = (await makeLink(user.id)).split('/').at(-1) ?? '';
    const rows = await harness.owner`select * from identity.password_resets where user_id = ${user.id}`;
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

describe('asking for one', () => {
  it('answers the same for every address, in about the same time, and tells the tenant’s senders', async () => {
    const tenantId = await harness.makeTenant();
    const user = await harness.makeUser({ tenants: [tenantId] });
    const startedAt = performance.now();
    const known = await harness.post(askPath, { email: user.email });
    const knownMs = performance.now() - startedAt;
    const unknown = await harness.post(askPath, { email: 'nobody@people.example' });
    const unknownMs = performance.now() - startedAt - knownMs;
    expect(known.text).toBe(unknown.text);
    expect(Math.min(knownMs, unknownMs)).toBeGreaterThan(390);
    const [notice] = await noticesOf(tenantId);
    expect(notice?.envelope.data).toMatchObject({ kind: 'password_reset', details: { email: user.email } });
    const link = new URL(notice?.envelope.data.details.url ?? '').pathname;
    expect((await harness.get(link)).text).toContain(user.email);
  });

  it('sends no more than three links an hour to one account, without saying so', async () => {
    const tenantId = await harness.makeTenant();
    const user = await harness.makeUser({ tenants: [tenantId] });
    const answers: string[] = [];
    for (let count = 0; count < 5; count += 1) answers.push((await harness.post(askPath, { email: user.email })).text);
    expect(new Set(answers).size).toBe(1);
    expect(await noticesOf(tenantId)).toHaveLength(3);
  });

  it('is for one sender as often as for another, whichever address of an IPv6 network it comes from', async () => {
    const ask = (address: string) =>
      askForReset(harness.accounts, `${crypto.randomUUID()}@people.example`, { address, requestId: null });
    for (let count = 0; count < 20; count += 1) expect(await ask(`2001:db8:6:1::${count}`)).toBeNull();
    expect(await ask('2001:db8:6:1:ffff::1')).toBeGreaterThan(0);
    expect(await ask('2001:db8:6:2::1')).toBeNull();
  });

  it('sends none to a tenant where the account opens another business or the platform', async () => {
    const [tenantId, other] = [await harness.makeTenant(), await harness.makeTenant()];
    const [both, operator] = [
      await harness.makeUser({ tenants: [tenantId, other] }),
      await harness.makeUser({ tenants: [tenantId], isOperator: true }),
    ];
    harness.address = 'another';
    for (const { email } of [both, operator]) await harness.post(askPath, { email });
    expect([await noticesOf(tenantId), await noticesOf(other)]).toEqual([[], []]);
    const by = { tenantId, actor: both.id, permissions: rolePermissions.owner };
    for (const { id } of [both, operator]) {
      expect(await makeResetLinkFor(harness.accounts, id, { ...by, kind: 'user' })).toBeNull();
    }
    expect(await makeResetLinkFor(harness.accounts, both.id, { ...by, kind: 'operator' })).not.toBeNull();
    expect(await makeResetLinkFor(harness.accounts, operator.id, { ...by, kind: 'operator' })).toBeNull();
  });

  it('opens the other half of a business for an application of a person only as far as it may act', async () => {
    const [sandbox, live] = [await harness.makeTenant(), await harness.makeTenant()];
    await harness.owner`update tenants set pair_id = ${live} where tenant_id = ${sandbox}`;
    const asking = await harness.makeUser({ tenants: [sandbox, live], role: 'owner' });
    const { id } = await harness.makeUser({ tenants: [sandbox, live], role: 'finance' });
    const ask = (permissions: ReadonlySet<Permission>) =>
      makeResetLinkFor(harness.accounts, id, { tenantId: sandbox, kind: 'user', actor: asking.id, permissions });
    expect(await ask(rolePermissions.owner)).not.toBeNull();
    expect(await ask(new Set(['users:write']))).toBeNull();
  });

  it('goes to the live tenant of a business, whatever the account is in its sandbox', async () => {
    const [sandbox, live] = [await harness.makeTenant('A sandbox'), await harness.makeTenant('The shop')];
    await harness.owner`update tenants set mode = 'live', pair_id = ${sandbox} where tenant_id = ${live}`;
    await harness.owner`update tenants set pair_id = ${live} where tenant_id = ${sandbox}`;
    const [user, tester] = [
      await harness.makeUser({ tenants: [sandbox, live] }),
      await harness.makeUser({ tenants: [sandbox] }),
    ];
    await harness.post(askPath, { email: user.email });
    const emailsTold = async (tenantId: string) =>
      (await noticesOf(tenantId)).map(({ envelope }) => envelope.data.details.email);
    expect([await emailsTold(live), await emailsTold(sandbox)]).toEqual([[user.email], []]);
    await harness.post(askPath, { email: tester.email });
    expect([await emailsTold(live), await emailsTold(sandbox)]).toEqual([[user.email], [tester.email]]);
  });
});
