import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { HttpBrowser } from '../../tests/support/http-browser.ts';
import { type IdentityHarness, startIdentityHarness } from '../../tests/support/identity-harness.ts';
import { authorize, discover, redirectUri, signInByCode } from '../../tests/support/sign-in-by-code.ts';
import { openTestBrowser } from '../../tests/support/test-browser.ts';
import { testSealing } from '../../tests/support/test-sealer.ts';
import { type Accounts, createAccounts } from '../accounts/accounts.ts';
import { changeOwnPassword } from '../accounts/own-account.ts';
import { makeResetLink, resetPassword } from '../accounts/reset-password.ts';

const [oldPassword, newPassword] = ['violet kettle on the roof', 'an orchard behind glass'];
const from = { address: '192.0.2.7', requestId: null };

let harness: IdentityHarness;
let accounts: Accounts;
beforeAll(async () => {
  harness = await startIdentityHarness();
  accounts = createAccounts({
    ...{ sql: harness.sql, sealer: testSealing.sealer, publicUrl: harness.url },
    attempts: { take: async () => 0, forget: async () => undefined, close: async () => undefined },
    onCredentialsChanged: (userId) => harness.portals.sessions.endAll({ kind: 'user', userId }),
  });
});
afterAll(() => harness.stop());

const ways: [string, (userId: UserId) => Promise<unknown>][] = [
  [
    'by a link',
    async (userId) => {
      const { url } = await makeResetLink(accounts, harness.sql, userId, { by: 'owner_role' });
      expect(await resetPassword(accounts, url.split('/').at(-1) ?? '', newPassword, from)).toBe(true);
    },
  ],
  [
    'by its owner',
    (userId) => changeOwnPassword(accounts, userId, { current: oldPassword, wanted: newPassword }, from),
  ],
];

/** Somebody who is signed in to a portal, and to an application of the business. */
async function signInEverywhere() {
  const tenantId = await harness.makeTenant();
  const { userId } = await harness.makeUser(tenantId, 'admin');
  const hash = await accounts.hasher.hash(oldPassword);
  await harness.owner`update identity.users set password_hash = ${hash} where id = ${userId}`;
  const { id } = await harness.makeClient(tenantId, {
    ...{ authMethod: 'none', grantTypes: ['authorization_code', 'refresh_token'], redirectUris: [redirectUri] },
    role: 'admin',
  });
  const application = {
    ...{ relyingParty: await discover(harness, id, client.None()), browser: openTestBrowser() },
    ...{ user: { userId, tenantId }, scope: 'openid plans:read', consent: 'allow' as const },
  };
  const tokens = await signInByCode(harness, application);
  return { userId, application, tokens, portal: await signInToPortal({ userId, tenantId }) };
}

async function signInToPortal(user: { userId: UserId; tenantId: TenantId }): Promise<HttpBrowser> {
  const browser = new HttpBrowser(harness.url);
  const login = await browser.follow('/auth/sign-in', '/identity/sign-in/');
  const decided = await browser.send('POST', `${login.url.pathname}/login`, { json: user });
  const { url } = await browser.follow(decided.headers.get('location') ?? '', '/auth/callback');
  await browser.get(url.href);
  return browser;
}

describe('a new password', () => {
  it.each(ways)(
    '%s ends every session, every family of refresh tokens and every token from before',
    async (_way, set) => {
      const { userId, application, tokens, portal } = await signInEverywhere();
      const { relyingParty } = application;
      const callApi = async (token: string) =>
        (await fetch(`${harness.url}/v1/plans`, { headers: { authorization: `Bearer ${token}` } })).status;
      const inPortal = async () => (await portal.get('/v1/session')).status;
      const isAsked = async () => (await follow(application)).pathname.startsWith('/identity/sign-in/');
      expect([await callApi(tokens.access_token), await inPortal(), await isAsked()]).toEqual([200, 200, false]);
      const latest = await client.refreshTokenGrant(relyingParty, tokens.refresh_token ?? '');
      const isActive = async () => (await client.tokenIntrospection(relyingParty, latest.access_token)).active;
      expect(await isActive()).toBe(true);

      await set(userId);
      expect([await inPortal(), await isAsked(), await isActive()]).toEqual([401, true, false]);
      for (const token of [tokens.refresh_token, latest.refresh_token]) {
        const refreshed = client.refreshTokenGrant(relyingParty, token ?? '');
        await expect(refreshed).rejects.toMatchObject({ error: 'invalid_grant' });
      }
      for (const token of [tokens.access_token, latest.access_token])
        await expect.poll(() => callApi(token), { timeout: 5_000 }).toBe(401);
      const left = await harness.owner`
      select 1 from identity.oidc_records where payload->>'accountId' like ${`${userId}.%`}`;
      expect(left).toHaveLength(0);
    },
  );

  it('lets its owner in at once, in the same browser', async () => {
    const { userId, application } = await signInEverywhere();
    await changeOwnPassword(accounts, userId, { current: oldPassword, wanted: newPassword }, from);
    const { url } = await authorize(harness, application);
    expect(url.searchParams.get('code')).not.toBeNull();
    expect((await follow(application)).href.startsWith(redirectUri)).toBe(true);
  });
});

/** Where an application's next request to sign in leads this browser. */
async function follow({ relyingParty, browser, scope }: Awaited<ReturnType<typeof signInEverywhere>>['application']) {
  const start = client.buildAuthorizationUrl(relyingParty, {
    ...{ redirect_uri: redirectUri, scope, code_challenge_method: 'S256' },
    code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
  });
  return (await browser.follow(start.href, (url) => url.href.startsWith(redirectUri))).url;
}
