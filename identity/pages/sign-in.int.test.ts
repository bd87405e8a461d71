import { createHash } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ShortLivedStoreError } from '../../adapters/short-lived/short-lived-store-error.ts';
import { newId } from '../../db/new-id.ts';
import type { UserId } from '../../domain/ids.ts';
import { type AccountHarness, goodPassword, startAccountHarness } from '../../tests/support/account-harness.ts';
import { confirmTotp, offerTotp } from '../accounts/enrol-totp.ts';
import { checkPassword } from '../accounts/sign-in.ts';
import type { Interaction } from '../interactions.ts';

let harness: AccountHarness;

beforeAll(async () => {
  harness = await startAccountHarness();
});
afterAll(() => harness.stop());
beforeEach(() => {
  harness.address = `192.0.2.${Math.floor(Math.random() * 250)}-${crypto.randomUUID()}`;
});

const from = () => ({ address: harness.address, requestId: null });

const pathOf = ({ uid }: { uid: string }) => `/identity/sign-in/${uid}`;

const codeAt = (secret: string, offset = 0) =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: Date.now() + offset * 30_000 });

async function enterPassword(waiting: Interaction, user: { email: string }) {
  return harness.post(pathOf(waiting), { email: user.email, password: goodPassword });
}

async function enrol(userId: UserId): Promise<{ secret: string; codes: string[] }> {
  const { secret } = await offerTotp(harness.accounts, userId, goodPassword, from());
  // Of the step before: the one at hand is left for signing in.
  return { secret, codes: await confirmTotp(harness.accounts, userId, codeAt(secret, -1), from()) };
}

describe('signing in', () => {
  it('goes on to the only place by e-mail address, in any case, and password', async () => {
    const tenantId = await harness.makeTenant();
    const user = await harness.makeUser({ tenants: [tenantId] });
    const waiting = harness.interactions.begin();
    const fields = { email: user.email.toUpperCase(), password: goodPassword };
    const signedIn = await harness.post(pathOf(waiting), fields);
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, pathOf(waiting)]);
    const left = await harness.get(pathOf(waiting));
    expect([left.status, left.headers.get('location')]).toEqual([303, `/oauth/authorize/${waiting.uid}`]);
    expect(harness.interactions.done.at(-1)).toEqual({
      ...{ uid: waiting.uid, subject: `${user.id}.${tenantId}`, methods: ['pwd'] },
    });
    expect(await harness.audits(user.id)).toMatchObject([{ tenantId, action: 'login.succeeded', actor: user.id }]);
  });

  it('asks where to go where there are several places, and lets nobody go anywhere else', async () => {
    const [first, second, suspended] = [
      await harness.makeTenant('First'),
      await harness.makeTenant('Second'),
      await harness.makeTenant('Suspended'),
    ];
    await harness.owner`update tenants set status = 'suspended' where tenant_id = ${suspended}`;
    const user = await harness.makeUser({ tenants: [first, second, suspended], isOperator: true });
    const waiting = harness.interactions.begin();
    await enterPassword(waiting, user);
    const shown = await harness.get(pathOf(waiting));
    expect(shown.text).toMatch(/The platform[\s\S]*First[\s\S]*Second/);
    expect(shown.text).not.toContain('Suspended');
    for (const foreign of [suspended, await harness.makeTenant()]) {
      expect((await harness.post(pathOf(waiting), { tenant_id: foreign })).status).toBe(404);
    }
    await harness.post(pathOf(waiting), { tenant_id: 'platform' });
    expect(harness.interactions.done.at(-1)).toMatchObject({ uid: waiting.uid, subject: `${user.id}.platform` });
    expect(await harness.audits(user.id)).toMatchObject([{ tenantId: 'platform', action: 'login.succeeded' }]);
  });

  it('reads the same for an unknown address, a wrong password and a closed account, which only the audit tells apart', async () => {
    const tenantId = await harness.makeTenant();
    const [user, closed] = [
      await harness.makeUser({ tenants: [tenantId] }),
      await harness.makeUser({ tenants: [tenantId] }),
    ];
    await harness.owner`update identity.users set status = 'disabled' where id = ${closed.id}`;
    const waiting = harness.interactions.begin();
    const tries = [
      await harness.post(pathOf(waiting), { email: 'nobody@people.example', password: goodPassword }),
      await harness.post(pathOf(waiting), { email: user.email, password: `${goodPassword}!` }),
      await harness.post(pathOf(waiting), { email: closed.email, password: goodPassword }),
    ];
    const texts = tries.map(({ text }, index) => {
      const email = ['nobody@people.example', user.email, closed.email][index] ?? '';
      return text.replaceAll(email, 'E-MAIL');
    });
    expect(tries.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('role="alert"');
    expect((await harness.audits(user.id))[0]).toMatchObject({
      ...{ tenantId, action: 'login.failed', details: { reason: 'wrong_password' } },
    });
    expect(JSON.stringify([await harness.audits(user.id), harness.logged])).not.toContain(goodPassword);
  });

  it('is refused for a while after ten tries from one address, known account or not, also with the right password', async () => {
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const waiting = harness.interactions.begin();
    for (const email of [user.email, 'stranger@people.example']) {
      for (let count = 0; count < 10; count += 1) await harness.post(pathOf(waiting), { email, password: 'wrong' });
      const held = await harness.post(pathOf(waiting), { email, password: goodPassword });
      expect(held.status).toBe(429);
      expect(Number(held.headers.get('retry-after'))).toBeGreaterThan(600);
      expect(held.text).toMatch(/Try again in \d+ minutes/);
    }
    harness.address = 'elsewhere';
    expect((await enterPassword(waiting, user)).status).toBe(303);
  });

  it('is refused the same to who comes from ever another address of one IPv6 network, and to no other', async () => {
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const waiting = harness.interactions.begin();
    const wrong = async (count: number) => {
      harness.address = `2001:db8:1:2::${count}`;
      return (await harness.post(pathOf(waiting), { email: user.email, password: 'wrong' })).status;
    };
    const statuses: number[] = [];
    for (let count = 1; count <= 12; count += 1) statuses.push(await wrong(count));
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    const turnedAway = (await harness.audits(user.id)).filter(
      ({ details }) => 'reason' in details && details.reason === 'too_many_tries',
    );
    expect(turnedAway).toHaveLength(1);
    harness.address = '2001:db8:1:3::1';
    expect((await enterPassword(waiting, user)).status).toBe(303);
  });

  it('is refused for a while to an IPv6 network that tried a hundred accounts, each from another address', async () => {
    const tryFrom = (address: string, email: string) =>
      checkPassword(harness.accounts, { email, password: 'wrong' }, { address, requestId: null });
    // As many at once as are computed at once.
    for (let count = 0; count < 100; count += 4) {
      const tries = [0, 1, 2, 3].map((n) =>
        tryFrom(`2001:db8:9:9::${count + n}`, `${crypto.randomUUID()}@people.example`),
      );
      expect(await Promise.all(tries)).toEqual(tries.map(() => ({ kind: 'refused' })));
    }
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    expect(await tryFrom('2001:db8:9:9:ffff::1', user.email)).toMatchObject({ kind: 'wait' });
    expect(await tryFrom('2001:db8:9:a::1', user.email)).toEqual({ kind: 'refused' });
  });

  it('is audited also where nobody is known by the address, and once where a try is turned away', async () => {
    const tenantId = await harness.makeTenant();
    const user = await harness.makeUser({ tenants: [tenantId] });
    const stranger = { email: `${crypto.randomUUID()}@people.example`, password: goodPassword };
    const waiting = harness.interactions.begin();
    for (const who of [stranger, { email: user.email, password: 'wrong' }])
      for (let count = 0; count < 13; count += 1) await harness.post(pathOf(waiting), who);
    const rows = await harness.owner<{ tenantId: string; actor: string; resourceId: string; reason: string }[]>`
      select tenant_id, actor, resource_id, details->>'reason' as reason from audit_log
      where action = 'login.failed' and ip_address = ${harness.address} order by at`;
    const ofStranger = rows.filter(({ tenantId: of }) => of === 'platform');
    const ofUser = rows.filter(({ tenantId: of }) => of === tenantId);
    const reasons = (of: typeof ofUser) => of.map(({ reason }) => reason);
    expect(reasons(ofStranger)).toEqual([...Array<string>(10).fill('unknown_account'), 'too_many_tries']);
    expect(reasons(ofUser)).toEqual([...Array<string>(10).fill('wrong_password'), 'too_many_tries']);
    expect(new Set(ofUser.map(({ actor }) => actor))).toEqual(new Set([user.id]));
    expect(new Set(ofStranger.map(({ actor }) => actor))).toEqual(new Set(['unknown']));
    expect(new Set(ofStranger.map(({ resourceId }) => resourceId)).size).toBe(1);
    expect(JSON.stringify(rows)).not.toContain(stranger.email);
  });

  it('is refused while tries cannot be counted', async () => {
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const waiting = harness.interactions.begin();
    const { take } = harness.accounts.attempts;
    harness.accounts.attempts.take = async () => {
      throw new ShortLivedStoreError(new Error('away'));
    };
    const answer = await enterPassword(waiting, user).finally(() => {
      harness.accounts.attempts.take = take;
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await harness.get(pathOf(waiting))).text).toContain('Password');
  });
});

describe('a second factor', () => {
  it('is asked for after the password, and takes each code once, on either of two sign-ins', async () => {
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const { secret } = await enrol(user.id);
    const [one, other] = [harness.interactions.begin(), harness.interactions.begin()];
    await enterPassword(one, user);
    await enterPassword(other, user);
    expect((await harness.get(pathOf(one))).text).toContain('one-time-code');
    expect((await harness.post(pathOf(one), { code: codeAt(secret, 5) })).status).toBe(401);
    const code = codeAt(secret);
    expect((await harness.post(pathOf(one), { code })).status).toBe(303);
    expect((await harness.post(pathOf(other), { code })).status).toBe(401);
    await harness.get(pathOf(one));
    expect(harness.interactions.done.at(-1)).toMatchObject({ uid: one.uid, methods: ['pwd', 'otp'] });
  });

  it('is not passed by choosing a place without a code', async () => {
    const tenantId = await harness.makeTenant();
    const user = await harness.makeUser({ tenants: [tenantId] });
    await enrol(user.id);
    const waiting = harness.interactions.begin();
    await enterPassword(waiting, user);
    const token = /name="form_token" value="([^"]+)"/.exec((await harness.get(pathOf(waiting))).text)?.[1] ?? '';
    const skipped = await harness.send(`${pathOf(waiting)}/place`, { form_token: token, tenant_id: tenantId });
    expect(skipped.headers.get('location')).toBe(pathOf(waiting));
    expect(harness.interactions.done.map(({ uid }) => uid)).not.toContain(waiting.uid);
  });

  it('is of no use after a password that was changed meanwhile', async () => {
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const { secret } = await enrol(user.id);
    const waiting = harness.interactions.begin();
    await enterPassword(waiting, user);
    await harness.owner`update identity.users set password_changed_at = clock_timestamp() where id = ${user.id}`;
    expect((await harness.post(pathOf(waiting), { code: codeAt(secret) })).status).toBe(303);
    expect((await harness.get(pathOf(waiting))).text).toContain('This sign-in is over');
    expect(harness.interactions.done.map(({ uid }) => uid)).not.toContain(waiting.uid);
  });

  it('may be a recovery code, once', async () => {
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const { codes } = await enrol(user.id);
    expect(new Set(codes).size).toBe(10);
    const [one, other] = [harness.interactions.begin(), harness.interactions.begin()];
    for (const waiting of [one, other]) await enterPassword(waiting, user);
    const [code = ''] = codes;
    expect((await harness.post(pathOf(one), { code })).status).toBe(303);
    expect((await harness.post(pathOf(other), { code })).status).toBe(401);
    expect((await harness.audits(user.id)).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['totp.enabled', 'recovery_code.used', 'login.failed']),
    );
    const stored = await harness.owner`select * from identity.users where id = ${user.id}`;
    expect(JSON.stringify(stored)).not.toContain(code);
  });
});

describe('an application of a business', () => {
  const stranger = { id: newId('oauthClient'), name: '<img src=x onerror=alert(1)>', isFirstParty: false };

  async function makeClient() {
    const tenantId = await harness.makeTenant();
    const client = { ...stranger, id: newId('oauthClient') };
    await harness.owner`
      insert into oauth_clients (tenant_id, id, name, auth_method, grant_types, role, created_by)
      values (${tenantId}, ${client.id}, 'App', 'none', '{authorization_code}', 'viewer', 'test')`;
    return { tenantId, client };
  }

  it('is entered for its own tenant alone, and left by a page that names it without running it', async () => {
    const { tenantId, client } = await makeClient();
    const user = await harness.makeUser({ tenants: [tenantId, await harness.makeTenant()], isOperator: true });
    const waiting = harness.interactions.begin({ client });
    expect((await harness.get(pathOf(waiting))).text).not.toContain('<img');
    await enterPassword(waiting, user);
    const left = await harness.get(pathOf(waiting));
    expect(left.text).toContain(`http-equiv="refresh" content="0;url=/oauth/authorize/${waiting.uid}"`);
    expect(left.text).not.toContain('<img');
    expect(left.headers.getSetCookie()).toEqual(['a=b']);
    expect(harness.interactions.done.at(-1)).toMatchObject({ subject: `${user.id}.${tenantId}` });
  });

  it('lets nobody in who has no place with the business', async () => {
    const { client } = await makeClient();
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const waiting = harness.interactions.begin({ client });
    await enterPassword(waiting, user);
    expect((await harness.get(pathOf(waiting))).status).toBe(403);
  });

  it.each([
    ['allow', true],
    ['deny', false],
  ])('asks for consent: %s', async (decision, allowed) => {
    const tenantId = await harness.makeTenant();
    const subject = { userId: (await harness.makeUser({ tenants: [tenantId] })).id, tenantId };
    const asked = { client: stranger, prompt: 'consent', scopes: ['plans:read'], subject } as const;
    const waiting = harness.interactions.begin(asked);
    const shown = await harness.get(pathOf(waiting));
    expect(shown.text).toContain('read plans');
    expect(shown.text).not.toContain('<img');
    await harness.post(pathOf(waiting), { decision });
    expect(harness.interactions.done.at(-1)).toEqual({ uid: waiting.uid, allowed });
    const told = (await harness.audits(stranger.id)).filter((row) => row.tenantId === tenantId);
    const action = allowed ? 'oauth_grant.given' : 'oauth_grant.refused';
    expect(told).toEqual([{ tenantId, action, actor: subject.userId, details: { scopes: ['plans:read'] } }]);
  });
});

describe('a page', () => {
  it('runs no script, is framed, kept and told to nobody', async () => {
    const { headers, text } = await harness.get(pathOf(harness.interactions.begin({ loginHint: '"><script>' })));
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src|unsafe/);
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
    expect(text).not.toContain('<script');
    // The one style sheet stands in the page, and is named by its digest.
    const style = /<style>([^<]*)<\/style>/.exec(text)?.[1] ?? '';
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  });

  it.each([
    [null, 'de-AT,de;q=0.9,en;q=0.5', 'de', 'Passwort vergessen?'],
    [null, 'fr-FR, en;q=0.1, de;q=0.7', 'de', 'Passwort vergessen?'],
    [null, 'de;q=0, en', 'en', 'Forgotten your password?'],
    ['de-CH en', 'en-GB', 'de', 'Passwort vergessen?'],
    ['fr', 'en', 'en', 'Forgotten your password?'],
    [null, 'fr', 'en', 'Forgotten your password?'],
  ])('is in the language its application asks for, else its browser: %s, %s', async (uiLocales, accept, lang, said) => {
    const shown = await harness.get(pathOf(harness.interactions.begin({ uiLocales })), { 'accept-language': accept });
    expect(shown.text).toContain(`<html lang="${lang}">`);
    expect(shown.text).toContain(said);
    const headers = { 'accept-language': accept };
    const refused = await harness.post(pathOf(harness.interactions.begin({ uiLocales })), { email: 'nobody' }, headers);
    expect(refused.text).toContain(lang === 'de' ? 'Fehler: Anmelden' : 'Error: Sign in');
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['from another site', {}, { 'sec-fetch-site': 'cross-site' }],
    ['from a sibling of this site', {}, { 'sec-fetch-site': 'same-site' }],
    ['from another origin, by an older browser', {}, { 'sec-fetch-site': '', origin: 'https://evil.example' }],
    ['that does not say where it comes from', {}, { 'sec-fetch-site': '' }],
    ['without the token of the page', { form_token: '' }, {}],
    ['with the token of another page', { form_token: 'x'.repeat(43) }, {}],
  ])('takes no form %s', async (_what, fields, headers) => {
    const user = await harness.makeUser({ tenants: [await harness.makeTenant()] });
    const waiting = harness.interactions.begin();
    const sent = await harness.post(pathOf(waiting), { email: user.email, password: goodPassword, ...fields }, headers);
    expect(sent.status).toBe(403);
    expect((await harness.get(pathOf(waiting))).text).toContain('name="password"');
  });

  it('of another site is told in the platform’s audit, once for many of one sender, and without its token', async () => {
    const requestId = crypto.randomUUID();
    const forged = { 'sec-fetch-site': 'cross-site', 'x-request-id': requestId };
    const paths = ['/identity/password/a-token', '/identity/password/a-token', '/identity/invitation/another'];
    for (const [count, path] of paths.entries()) {
      harness.address = `2001:db8:77:1::${count}`;
      expect((await harness.send(path, {}, forged)).status).toBe(403);
    }
    const rows = await harness.owner`
      select tenant_id, actor, resource_id, details from audit_log
      where action = 'access.denied' and request_id = ${requestId}`;
    const details = { code: 'cross_site_request', count: 1 };
    expect(rows).toEqual([{ tenantId: 'platform', actor: 'unknown', resourceId: 'POST /identity/password', details }]);
  });

  it('is over for another browser, and takes no form beyond its size', async () => {
    expect((await harness.get('/identity/sign-in/somebody-elses')).status).toBe(404);
    const waiting = harness.interactions.begin();
    expect((await harness.post(pathOf(waiting), { email: 'x'.repeat(20_000) })).status).toBe(413);
  });
});
