import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountHarness, goodPassword, startAccountHarness } from '../../tests/support/account-harness.ts';

let harness: AccountHarness;

beforeAll(async () => {
  harness = await startAccountHarness();
});
afterAll(() => harness.stop());

const pathOf = (token: string) => `/identity/invitation/${token}`;
const somebody = () => `${randomUUID()}@people.example`;
const membersOf = (tenantId: string) =>
  harness.owner`select id, role, name from memberships where tenant_id = ${tenantId}`;

describe('an invitation', () => {
  it('makes an account and a place of somebody new, once', async () => {
    const tenantId = await harness.makeTenant('Acme');
    const email = somebody();
    const token = await harness.invite(tenantId, email, 'finance');
    const shown = await harness.get(pathOf(token));
    expect(shown.text).toContain('Join Acme');
    const fields = { name: 'Grace', password: goodPassword };
    const formToken = /name="form_token" value="([^"]+)"/.exec(shown.text)?.[1] ?? '';
    const both = await Promise.all([0, 1].map(() => harness.send(pathOf(token), { form_token: formToken, ...fields })));
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404]);
    expect((await harness.get(pathOf(token))).status).toBe(404);
    expect(await membersOf(tenantId)).toMatchObject([{ role: 'finance', name: 'Grace' }]);
    const waiting = harness.interactions.begin();
    expect((await harness.post(`/identity/sign-in/${waiting.uid}`, { email, password: goodPassword })).status).toBe(
      303,
    );
  });

  it.each(['expired', 'revoked', 'unknown', 'of a suspended tenant'])('opens nothing that is %s', async (what) => {
    const tenantId = await harness.makeTenant();
    const token = what === 'unknown' ? 'nothing' : await harness.invite(tenantId, somebody());
    if (what === 'expired')
      await harness.owner`update invitations set expires_at = now() where tenant_id = ${tenantId}`;
    if (what === 'revoked')
      await harness.owner`update invitations set status = 'revoked' where tenant_id = ${tenantId}`;
    if (what.startsWith('of'))
      await harness.owner`update tenants set status = 'suspended' where tenant_id = ${tenantId}`;
    expect((await harness.get(pathOf(token))).status).toBe(404);
    expect(await membersOf(tenantId)).toEqual([]);
  });

  it('takes the password of an account there is, and changes nothing of it', async () => {
    const [tenantId, other] = [await harness.makeTenant(), await harness.makeTenant()];
    const user = await harness.makeUser({ tenants: [other] });
    const token = await harness.invite(tenantId, user.email.toUpperCase(), 'support');
    const wrong = await harness.post(pathOf(token), { name: 'Mallory', password: 'another good password' });
    expect([wrong.status, await membersOf(tenantId)]).toEqual([401, []]);
    expect((await harness.post(pathOf(token), { password: goodPassword })).status).toBe(200);
    expect(await membersOf(tenantId)).toEqual([{ id: user.id, role: 'support', name: 'Ada' }]);
    expect((await harness.audits(user.id)).map(({ tenantId: of, action }) => [of, action])).toContainEqual([
      ...[other, 'login.failed'],
    ]);
  });

  it('lets nobody set the first password of an account that was made otherwise', async () => {
    const email = somebody();
    await harness.owner`insert into identity.users (id, email, is_operator) values (${`usr_${email}`}, ${email}, true)`;
    const token = await harness.invite(await harness.makeTenant(), email);
    const taken = await harness.post(pathOf(token), { name: 'Mallory', password: goodPassword });
    expect(taken.status).toBe(401);
    const rows = await harness.owner`select password_hash from identity.users where email = ${email}`;
    expect(rows).toEqual([{ passwordHash: null }]);
  });

  it('raises nobody who has a place there by then', async () => {
    const tenantId = await harness.makeTenant();
    const user = await harness.makeUser({ tenants: [tenantId], role: 'viewer' });
    const token = await harness.invite(tenantId, user.email, 'admin');
    await harness.post(pathOf(token), { password: goodPassword });
    expect(await membersOf(tenantId)).toMatchObject([{ id: user.id, role: 'viewer' }]);
  });

  it.each([
    ['a weak password', { name: 'Grace', password: 'Password2026!' }, 'guessed first'],
    ['no name', { name: ' ', password: goodPassword }, '1 to 200'],
    ['a card number', { name: '4242 4242 4242 4242', password: goodPassword }, 'card number'],
  ])('says what is wrong with %s, and stays open', async (_what, fields, said) => {
    const tenantId = await harness.makeTenant();
    const token = await harness.invite(tenantId, somebody());
    const refused = await harness.post(pathOf(token), fields);
    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(new RegExp(`role="alert"[^>]*>[^<]*${said}`));
    expect(refused.text).toContain('aria-invalid="true"');
    expect((await harness.get(pathOf(token))).status).toBe(200);
  });

  it('shows names as text, whatever is in them', async () => {
    const nasty = `<script>alert(1)</script>"'>`;
    const token = await harness.invite(await harness.makeTenant(nasty), somebody());
    const shown = await harness.get(pathOf(token));
    const refused = await harness.post(pathOf(token), { name: nasty, password: 'short' });
    const joined = await harness.post(pathOf(token), { name: nasty, password: goodPassword });
    for (const { text } of [shown, refused, joined]) expect(text).not.toMatch(/<script|"'>/);
    expect(joined.text).toContain('&lt;script&gt;');
  });
});
