import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../db/new-id.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { HttpBrowser } from '../../tests/support/http-browser.ts';
import { type IdentityHarness, startIdentityHarness } from '../../tests/support/identity-harness.ts';
import { testKeySecret } from '../../tests/support/test-keys.ts';
import { sessionCookie, signInCookie } from '../sessions/cookie.ts';
import { createSignOutProofs } from '../sign-out-proof.ts';
import { createRelyingParty } from './relying-party.ts';

let platform: IdentityHarness;
let tenantId: TenantId;
let userId: UserId;
let browser: HttpBrowser;

beforeAll(async () => {
  platform = await startIdentityHarness();
});
afterAll(() => platform.stop());
beforeEach(async () => {
  tenantId = await platform.makeTenant();
  ({ userId } = await platform.makeUser(tenantId, 'admin'));
  browser = new HttpBrowser(platform.url);
});

/** From the first address to the one that brings the code back, which is not called yet. */
async function bringCode(by = browser, path = '/auth/sign-in'): Promise<URL> {
  const login = await by.follow(path, '/identity/sign-in/');
  const decided = await by.send('POST', `${login.url.pathname}/login`, { json: { userId, tenantId } });
  const { url } = await by.follow(decided.headers.get('location') ?? '', '/auth/callback');
  return url;
}

async function signIn(by = browser, path = '/auth/sign-in'): Promise<Response> {
  return by.get((await bringCode(by, path)).href);
}

/** Until sign-ins begin again. */
async function untilStatus(expected: number): Promise<void> {
  const end = performance.now() + 5_000;
  while ((await browser.get('/auth/sign-in')).status !== expected) {
    if (performance.now() > end) throw new Error('signing in did not come back');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const deniedOf = async (requestId: string) => [
  ...(await platform.owner`
    select tenant_id, resource_id, details->>'reason' as reason from audit_log
    where request_id = ${requestId} and action = 'access.denied'`),
];

const session = (by = browser) => by.get('/v1/session');

describe('signing in', () => {
  it('goes through the identity service by code and PKCE, and leaves the browser a cookie and no token', async () => {
    const first = await browser.get('/auth/sign-in');
    const authorization = new URL(first.headers.get('location') ?? '');
    expect(authorization.origin).toBe(platform.url);
    const asked = Object.fromEntries(authorization.searchParams);
    expect(asked).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      prompt: 'login',
      scope: 'openid',
    });
    expect([asked['state'], asked['nonce'], asked['code_challenge']].every((text) => (text?.length ?? 0) >= 43)).toBe(
      true,
    );
    const answer = await signIn();
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/admin/']);
    const cookies = answer.headers.getSetCookie();
    expect(cookies.find((line) => line.startsWith(`${sessionCookie}=`))).toMatch(
      /^__Host-redcore=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(browser.cookies.has(signInCookie)).toBe(false);
    expect([...browser.cookies.values()].some((value) => value.startsWith('eyJ'))).toBe(false);
    const who = await session();
    expect(await who.json()).toMatchObject({
      kind: 'user',
      actor: userId,
      role: 'admin',
      tenant: { tenant_id: tenantId },
    });
  });

  it('asks in the language it is asked for in', async () => {
    const first = await browser.get('/auth/sign-in?ui_locales=de-AT%20en');
    expect(new URL(first.headers.get('location') ?? '').searchParams.get('ui_locales')).toBe('de');
    const other = await browser.get('/auth/sign-in?ui_locales=xx');
    expect(new URL(other.headers.get('location') ?? '').searchParams.has('ui_locales')).toBe(false);
    const failed = await browser.get('/oauth/authorize?client_id=nobody&ui_locales=de', { accept: 'text/html' });
    expect(await failed.text()).toMatch(/<html lang="de">[^]*Das hat nicht geklappt[^]*invalid_client/);
  });

  it('asks again who has signed in before: a session that is over does not come back by itself', async () => {
    await signIn();
    browser.cookies.delete(sessionCookie);
    const { url } = await browser.follow('/auth/sign-in', '/identity/sign-in/');
    expect(url.pathname).toMatch(/^\/identity\/sign-in\//);
  });

  it('gives another secret each time, ends the session that was there, and takes none a stranger planted', async () => {
    browser.cookies.set(sessionCookie, 'A'.repeat(43));
    await signIn();
    const first = browser.cookies.get(sessionCookie) ?? '';
    expect(first).not.toBe('A'.repeat(43));
    await signIn();
    const second = browser.cookies.get(sessionCookie);
    expect(second).not.toBe(first);
    const old = new HttpBrowser(platform.url);
    old.cookies.set(sessionCookie, first);
    expect([(await session(old)).status, (await session()).status]).toEqual([401, 200]);
  });

  it('goes back to a path of ours', async () => {
    const answer = await signIn(browser, `/auth/sign-in?return_to=${encodeURIComponent('/portal/plans?sort=name')}`);
    expect(answer.headers.get('location')).toBe('/portal/plans?sort=name');
  });

  it.each([
    ['4000056655665556', null],
    ['Browser/1.0 (5200 8282 8282 8210)', null],
    ['Browser/1.0', 'Browser/1.0'],
  ])('keeps no card number a browser calls itself by: %s', async (name, kept) => {
    await browser.get((await bringCode()).href, { 'user-agent': name });
    const { data } = (await (await browser.get('/v1/sessions')).json()) as { data: object[] };
    expect(data).toMatchObject([{ user_agent: kept }]);
  });

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/..//evil.example',
  ])('goes on to no other host: %j', async (target) => {
    const answer = await signIn(browser, `/auth/sign-in?return_to=${encodeURIComponent(target)}`);
    expect(answer.headers.get('location')).toBe('/admin/');
  });
});

describe('a code that comes back', () => {
  it('counts once', async () => {
    const callback = await bringCode();
    expect((await browser.get(callback.href)).status).toBe(303);
    expect((await browser.get(callback.href)).status).toBe(401);
  });

  it('counts in the browser that began alone: a stranger’s code signs nobody in', async () => {
    const callback = await bringCode();
    const victim = new HttpBrowser(platform.url);
    const forged = await victim.get(callback.href, { 'x-request-id': 'forged' });
    expect([forged.status, victim.cookies.has(sessionCookie)]).toEqual([401, false]);
    await expect
      .poll(() => deniedOf('forged'), { timeout: 5_000 })
      .toEqual([{ tenantId: 'platform', resourceId: 'GET /auth/callback', reason: 'elsewhere' }]);
    expect(await forged.text()).toContain('This browser did not begin this sign-in');
    expect((await browser.get(callback.href)).status).toBe(401);
  });

  // The first of its kind here: of those that follow within a minute there is one row for all.
  it('that the identity service does not confirm is on record', async () => {
    const callback = await bringCode();
    callback.searchParams.set('code', 'z'.repeat(43));
    expect((await browser.get(callback.href, { 'x-request-id': 'unconfirmed' })).status).toBe(401);
    await expect
      .poll(() => deniedOf('unconfirmed'), { timeout: 5_000 })
      .toEqual([{ tenantId: 'platform', resourceId: 'GET /auth/callback', reason: 'not_confirmed' }]);
  });

  it.each([
    ['another state', 'state', 'x'.repeat(43)],
    ['another code', 'code', 'y'.repeat(43)],
    ['another issuer', 'iss', 'https://evil.example'],
  ])('counts with %s not at all', async (_name, parameter, value) => {
    const callback = await bringCode();
    callback.searchParams.set(parameter, value);
    const answer = await browser.get(callback.href);
    expect([answer.status, browser.cookies.has(sessionCookie)]).toEqual([401, false]);
  });

  it('of somebody whose place was taken meanwhile lets nobody in', async () => {
    const callback = await bringCode();
    await platform.owner`delete from memberships where id = ${userId}`;
    const answer = await browser.get(callback.href);
    expect([answer.status, browser.cookies.has(sessionCookie)]).toEqual([401, false]);
  });

  it('of another sign-in does not fit this one', async () => {
    const [mine, other] = [await bringCode(), await bringCode(new HttpBrowser(platform.url))];
    mine.searchParams.set('code', other.searchParams.get('code') ?? '');
    expect((await browser.get(mine.href)).status).toBe(401);
  });

  it('from who refused signs nobody in', async () => {
    const begun = new URL((await browser.get('/auth/sign-in')).headers.get('location') ?? '');
    const state = begun.searchParams.get('state');
    const iss = encodeURIComponent(platform.url);
    const answer = await browser.get(`/auth/callback?error=access_denied&state=${state}&iss=${iss}`);
    expect([answer.status, browser.cookies.has(sessionCookie)]).toEqual([401, false]);
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('does not sign in who was thrown out meanwhile', async () => {
    const callback = await bringCode();
    await platform.portals.sessions.endAll({ kind: 'user', userId });
    const answer = await browser.get(callback.href);
    expect([answer.headers.get('location'), browser.cookies.has(sessionCookie)]).toEqual(['/auth/sign-in', false]);
  });
});

describe('signing out', () => {
  it('ends the session at once and leads on to the identity service', async () => {
    await signIn();
    const secret = browser.cookies.get(sessionCookie) ?? '';
    const answer = await browser.send('POST', '/auth/sign-out');
    const next = new URL(answer.headers.get('location') ?? '');
    expect([answer.status, next.pathname]).toEqual([303, '/oauth/end-session']);
    expect(next.searchParams.has('id_token_hint')).toBe(false);
    expect(browser.cookies.has(sessionCookie)).toBe(false);
    browser.cookies.set(sessionCookie, secret);
    expect((await session()).status).toBe(401);
    // The session there ends by that one address: nobody is asked again.
    const left = await browser.get(next.href);
    expect([left.status, new URL(left.headers.get('location') ?? '').pathname]).toEqual([303, '/auth/signed-out']);
    expect([...browser.cookies.keys()].filter((name) => name.includes('sso'))).toEqual([]);
  });

  it('by a link that is somebody else’s, or too old, asks first', async () => {
    await signIn();
    const party = createRelyingParty({
      ...{ publicUrl: platform.url, internalUrl: platform.identityUrl, keySecret: testKeySecret },
    });
    const foreign = await browser.get(await party.signOutUrl(newId('user')));
    expect([foreign.status, await foreign.text()]).toEqual([200, expect.stringContaining('Sign out?')]);
    const late = new URL(await party.signOutUrl(userId));
    late.searchParams.set('logout_hint', createSignOutProofs(testKeySecret).make(userId, Date.now() - 2 * MINUTE_MS));
    expect((await browser.get(late.href)).status).toBe(200);
    const answer = await browser.get(await party.signOutUrl(userId));
    expect(answer.status).toBe(303);
  });

  it('is asked for by pages of ours alone', async () => {
    await signIn();
    const headers = { 'sec-fetch-site': 'cross-site', 'x-request-id': 'from-another-site' };
    const answer = await browser.send('POST', '/auth/sign-out', { headers });
    expect(answer.status).toBe(403);
    await expect
      .poll(() => deniedOf('from-another-site'), { timeout: 5_000 })
      .toEqual([{ tenantId: 'platform', resourceId: 'POST /auth/sign-out', reason: null }]);
    expect((await session()).status).toBe(200);
    expect((await browser.get('/auth/sign-out')).status).toBe(404);
  });

  it('tells a page that calls it where to go on', async () => {
    await signIn();
    const answer = await browser.send('POST', '/auth/sign-out', { headers: { accept: 'application/json' } });
    expect(((await answer.json()) as { continue_at: string }).continue_at).toMatch(/\/oauth\/end-session\?/);
  });
});

describe('while something is away', () => {
  it('nobody signs in without the store, and nobody is let in', async () => {
    await signIn();
    platform.redis.cut();
    try {
      const answers = await Promise.all([browser.get('/auth/sign-in'), session()]);
      expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    } finally {
      platform.redis.mend();
      await untilStatus(303);
    }
  });

  it('sessions go on without the identity service', async () => {
    await signIn();
    platform.identity.cut();
    try {
      expect((await session()).status).toBe(200);
      const callback = await browser.get('/auth/callback?code=x&state=y');
      expect(callback.status).toBe(401);
    } finally {
      platform.identity.mend();
    }
  });
});

describe('a customer’s link', () => {
  let customerId: string;
  let url: string;
  const make = () =>
    platform.portals.links.make({
      ...{ tenantId, customerId: customerId as never, returnUrl: 'https://shop.example/me', madeBy: 'key_shop' },
    });

  beforeEach(async () => {
    customerId = newId('customer');
    await platform.owner`insert into customers (tenant_id, id, email, timezone, status, metadata)
      values (${tenantId}, ${customerId}, 'ada@example.com', 'Asia/Tokyo', 'active', '{}')`;
    ({ url } = await make());
  });

  it('signs the customer in, once', async () => {
    const answer = await browser.get(url);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal/']);
    expect(await (await session()).json()).toMatchObject({
      ...{ kind: 'customer', actor: customerId, email: 'ada@example.com', role: 'customer' },
      ...{ return_url: 'https://shop.example/me', timezone: 'Asia/Tokyo' },
    });
    const again = new HttpBrowser(platform.url);
    expect([(await again.get(url)).status, again.cookies.size]).toEqual([401, 0]);
  });

  it('leaves no address where the customer changes something, as staff do', async () => {
    const change = (by: HttpBrowser, name: string) =>
      by.send('PUT', `/v1/customers/${customerId}`, { json: { name }, headers: { 'x-forwarded-for': '203.0.113.9' } });
    await browser.get(url);
    expect((await change(browser, 'Ada')).status).toBe(200);
    const staff = new HttpBrowser(platform.url);
    await signIn(staff);
    expect((await change(staff, 'Ada Lovelace')).status).toBe(200);
    const rows = await platform.owner`
      select actor, ip_address from audit_log where resource_id = ${customerId} and action = 'customer.changed' order by at`;
    // What a stranger writes of where a call comes from is not believed.
    expect(rows.map((row) => [row['actor'], row['ipAddress']])).toEqual([
      [customerId, null],
      [userId, '127.0.0.1'],
    ]);
  });

  it('offers no customer the sign-in of staff: once it is over, or they have signed out, they ask for another link', async () => {
    const german = { accept: 'text/html', 'accept-language': 'de' };
    await browser.get(url);
    const over = await new HttpBrowser(platform.url).get(url, german);
    const left = await browser.send('POST', '/auth/sign-out');
    expect(left.headers.get('location')).toBe('/auth/portal/signed-out');
    const again = await browser.send('POST', '/auth/sign-out?from=portal');
    expect(again.headers.get('location')).toBe('/auth/portal/signed-out');
    const out = await browser.get('/auth/portal/signed-out', german);
    for (const page of [over, out]) {
      const text = await page.text();
      expect(text).toMatch(/<html lang="de">[^]*Unternehmen um einen neuen/);
      expect(text).not.toMatch(/<a /);
    }
    expect([over.status, out.status]).toEqual([401, 200]);
    expect(await (await browser.get('/auth/signed-out')).text()).toContain('href="/auth/sign-in"');
  });

  it('is audited where it signs in, and where it is refused, with the request; of nobody’s link there is nobody to tell', async () => {
    const as = (requestId: string) => ({ 'x-request-id': requestId });
    await browser.get(url, as('first'));
    await new HttpBrowser(platform.url).get(url, as('again'));
    const { url: late } = await make();
    await platform.owner`update customers set status = 'inactive' where id = ${customerId}`;
    // The standing that was looked up for the first link is believed for two seconds.
    const refused = () => new HttpBrowser(platform.url).get(late, as('inactive'));
    await vi.waitFor(async () => {
      const { url: another } = await make();
      expect((await new HttpBrowser(platform.url).get(another)).status).toBe(401);
    }, 10_000);
    await refused();
    await new HttpBrowser(platform.url).get(`/auth/portal?token=${'A'.repeat(43)}`, as('nobody'));
    const rows = await platform.owner`
      select action, actor, resource_id, request_id, ip_address, details from audit_log
      where tenant_id = ${tenantId} and request_id in ('first', 'again', 'inactive', 'nobody') order by at`;
    const who = { actor: customerId, resourceId: customerId };
    const failed = { ...who, action: 'login.failed', ipAddress: '127.0.0.1' };
    const details = { methods: ['link'], link_made_by: 'key_shop' };
    expect(rows).toEqual([
      { ...who, action: 'login.succeeded', requestId: 'first', ipAddress: null, details },
      { ...failed, requestId: 'again', details: { ...details, reason: 'link_over' } },
      { ...failed, requestId: 'inactive', details: { ...details, reason: 'customer_inactive' } },
    ]);
  });

  it('opens a session whose end is audited: by signing out, and by another sign-in in its place', async () => {
    await browser.get(url);
    await browser.get((await make()).url, { 'x-request-id': 'another-link' });
    await browser.send('POST', '/auth/sign-out', { headers: { 'x-request-id': 'out' } });
    const rows = await platform.owner`
      select actor, request_id, ip_address, details from audit_log
      where tenant_id = ${tenantId} and action = 'session.ended' order by at`;
    const of = { actor: customerId, ipAddress: null };
    expect(rows).toEqual([
      { ...of, requestId: 'another-link', details: { by: 'new_sign_in', link_made_by: 'key_shop' } },
      { ...of, requestId: 'out', details: { by: 'sign_out', link_made_by: 'key_shop' } },
    ]);
  });

  it('is used once also by many at the same time', async () => {
    const many = Array.from({ length: 10 }, () => new HttpBrowser(platform.url));
    const answers = await Promise.all(many.map((one) => one.get(url)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  it('is not used up by who only looks at it', async () => {
    await browser.send('HEAD', url);
    await browser.get(url, { 'sec-purpose': 'prefetch;prerender' });
    expect(browser.cookies.size).toBe(0);
    expect((await browser.get(url)).status).toBe(303);
  });

  it('goes on to a path of ours alone', async () => {
    const answer = await browser.get(`${url}&return_to=${encodeURIComponent('//evil.example')}`);
    expect(answer.headers.get('location')).toBe('/portal/');
  });

  it('of a customer who is inactive opens nothing', async () => {
    await platform.owner`update customers set status = 'inactive' where id = ${customerId}`;
    expect((await browser.get(url)).status).toBe(401);
  });

  it.each(['', '?token=', `?token=${'A'.repeat(43)}`, '?token=..%2F'])('of nobody opens nothing: %s', async (query) => {
    expect((await browser.get(`/auth/portal${query}`)).status).toBe(401);
  });
});
