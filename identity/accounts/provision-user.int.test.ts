import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserId } from '../../domain/ids.ts';
import { type AccountHarness, goodPassword, startAccountHarness } from '../../tests/support/account-harness.ts';
import { confirmTotp, offerTotp } from './enrol-totp.ts';
import { provisionUser } from './provision-user.ts';
import { makeOperatorResetLink, makeResetLink } from './reset-password.ts';

let harness: AccountHarness;

beforeAll(async () => {
  harness = await startAccountHarness();
});
afterAll(() => harness.stop());

const from = { address: '192.0.2.7', requestId: null };
const newPassword = 'an orchard behind glass';
const operatorOf = (email: string) => ({ email, name: 'Operator', passwordHash: null, isOperator: true });
const pathOf = ({ uid }: { uid: string }) => `/identity/sign-in/${uid}`;

/** The code of now, or of a step after it: each counts once. */
const codeAt = (secret: string, offset = 0) =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: Date.now() + offset * 30_000 });

async function begin(email: string, password: string) {
  const waiting = harness.interactions.begin();
  const { status } = await harness.post(pathOf(waiting), { email, password });
  return { waiting, status };
}

/** As whom a sign-in went through; undefined where it did not. */
async function subjectOf(waiting: { uid: string }): Promise<string | undefined> {
  await harness.get(pathOf(waiting));
  return harness.interactions.done.find(({ uid }) => uid === waiting.uid)?.subject;
}

/** Who invited an address to a tenant of theirs, took the invitation themselves and set a second factor up. */
async function squat() {
  const [email, tenantId] = [`${randomUUID()}@platform.example`, await harness.makeTenant()];
  const invitation = await harness.invite(tenantId, email);
  await harness.post(`/identity/invitation/${invitation}`, { name: 'Mallory', password: goodPassword });
  const [row] = await harness.owner<{ id: UserId }[]>`select id from identity.users where email = ${email}`;
  const id = row?.id as UserId;
  const { secret } = await offerTotp(harness.accounts, id, goodPassword, from);
  await confirmTotp(harness.accounts, id, codeAt(secret), from);
  const grant = { id, payload: harness.owner.json({ accountId: `${id}.${tenantId}` }) };
  await harness.owner`insert into identity.oidc_records ${harness.owner({ model: 'Grant', ...grant })}`;
  const { url } = await makeResetLink(harness.accounts, harness.owner, id, { by: 'owner_role' });
  return { id, email, secret, link: new URL(url).pathname };
}

/** What opens an account, but for its password. */
const waysInto = (id: UserId) => harness.owner`
  select (select count(*)::int from identity.recovery_codes where user_id = ${id}) as codes,
         (select count(*)::int from identity.oidc_records where split_part(payload->>'accountId', '.', 1) = ${id}) as grants,
         (select count(*)::int from identity.password_resets where user_id = ${id} and used_at is null) as links,
         totp_secret is not null or totp_enabled_at is not null as factor, password_hash is not null as password
  from identity.users where id = ${id}`;

describe('an account that is raised to operator', () => {
  it('is opened by nothing that opened it before', async () => {
    const { id, email, secret, link } = await squat();
    const under = await begin(email, goodPassword);
    expect([under.status, await waysInto(id)]).toEqual([
      303,
      [{ codes: 10, grants: 1, links: 1, factor: true, password: true }],
    ]);
    const ended: UserId[] = [];
    const raised = await provisionUser(
      harness.owner,
      operatorOf(email.toUpperCase()),
      async (of) => void ended.push(of),
    );
    expect([raised, ended]).toEqual([{ userId: id, isRaised: true }, [id, id]]);
    expect(await waysInto(id)).toEqual([{ codes: 0, grants: 0, links: 0, factor: false, password: false }]);

    await harness.post(pathOf(under.waiting), { code: codeAt(secret, 1) });
    expect(await subjectOf(under.waiting)).toBeUndefined();
    const again = await begin(email, goodPassword);
    expect([again.status, (await harness.get(link)).status]).toEqual([401, 404]);
  });

  it('is its operator’s by the link the platform made, with a second factor of their own to come', async () => {
    const { id, email } = await squat();
    await provisionUser(harness.owner, operatorOf(email));
    const { url } = await makeOperatorResetLink(harness.accounts, harness.owner, id);
    const set = await harness.post(new URL(url).pathname, { password: newPassword });
    expect(set.text).toContain('Your password is set');
    const { waiting, status } = await begin(email, newPassword);
    expect(status).toBe(303);
    await harness.get(pathOf(waiting));
    await harness.post(pathOf(waiting), { tenant_id: 'platform' });
    expect(await subjectOf(waiting)).toBe(`${id}.platform`);
    const audits = (await harness.audits(id)).filter(({ action }) => action === 'user.changed');
    const details = {
      before: { is_operator: false, status: 'active', has_password: true },
      after: { is_operator: true, status: 'active', has_password: false },
    };
    expect(audits).toEqual([{ tenantId: 'platform', action: 'user.changed', actor: 'operator', details }]);
  });

  it('stays what it was where its sessions cannot be ended', async () => {
    const { id, email } = await squat();
    const before = [await harness.owner`select * from identity.users where id = ${id}`, await waysInto(id)];
    const raising = provisionUser(harness.owner, operatorOf(email), async () => {
      throw new Error('away');
    });
    await expect(raising).rejects.toThrow('away');
    expect([await harness.owner`select * from identity.users where id = ${id}`, await waysInto(id)]).toEqual(before);
  });
});

it('an operator who is one already stays as they are', async () => {
  const { id, email } = await harness.makeUser({ isOperator: true });
  const ended: UserId[] = [];
  const known = await provisionUser(harness.owner, operatorOf(email), async (of) => void ended.push(of));
  expect([known, ended]).toEqual([{ userId: id, isRaised: false }, []]);
  expect((await begin(email, goodPassword)).status).toBe(303);
});

it('an operator nobody knew sets the first password by the platform’s link', async () => {
  const email = `${randomUUID()}@platform.example`;
  const { userId, isRaised } = await provisionUser(harness.owner, operatorOf(email));
  const { url } = await makeOperatorResetLink(harness.accounts, harness.owner, userId);
  await harness.post(new URL(url).pathname, { password: newPassword });
  expect([isRaised, (await begin(email, newPassword)).status]).toEqual([false, 303]);
});
