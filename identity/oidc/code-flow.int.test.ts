import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rolePermissions } from '../../domain/access/roles.ts';
import type { TenantId } from '../../domain/ids.ts';
import { decodePart } from '../../tests/support/decode-token.ts';
import { type IdentityHarness, startIdentityHarness } from '../../tests/support/identity-harness.ts';
import type { NewClient } from '../../tests/support/identity-rows.ts';
import { authorize, discover, redirectUri, signInByCode } from '../../tests/support/sign-in-by-code.ts';
import { openTestBrowser } from '../../tests/support/test-browser.ts';
import { testKeySecret } from '../../tests/support/test-keys.ts';
import { firstPartyClientId, firstPartyClientSecret, signInCallbackPath } from '../first-party-client.ts';
import { spellSubject } from '../subject.ts';

let harness: IdentityHarness;

beforeAll(async () => {
  harness = await startIdentityHarness();
});
afterAll(() => harness.stop());

/** A single-page application of a business: no secret, refresh tokens rotated. */
async function openPublicClient(tenantId: TenantId, given: Partial<NewClient> = {}) {
  const { id } = await harness.makeClient(tenantId, {
    ...{ authMethod: 'none', grantTypes: ['authorization_code', 'refresh_token'], redirectUris: [redirectUri] },
    role: 'admin',
    ...given,
  });
  return { id, relyingParty: await discover(harness, id, client.None()) };
}

async function prepare(role: 'viewer' | 'admin' = 'viewer', given: Partial<NewClient> = {}) {
  const tenantId = await harness.makeTenant();
  const { userId, email } = await harness.makeUser(tenantId, role);
  const browser = openTestBrowser();
  return { ...(await openPublicClient(tenantId, given)), browser, user: { userId, tenantId }, email };
}

const refused = (code: string) => expect.objectContaining({ error: code });

describe('the platform’s own portals', () => {
  it('learn who somebody is, without a question beside the login', async () => {
    const tenantId = await harness.makeTenant();
    const { userId, email } = await harness.makeUser(tenantId, 'finance');
    const secret = client.ClientSecretBasic(firstPartyClientSecret(testKeySecret));
    const relyingParty = await discover(harness, firstPartyClientId, secret);
    const user = { userId, tenantId };
    const tokens = await signInByCode(harness, {
      ...{ relyingParty, browser: openTestBrowser(), user, scope: 'openid email profile' },
      redirectUri: harness.url + signInCallbackPath,
    });
    const subject = spellSubject(user);
    expect(tokens.claims()).toMatchObject({ sub: subject, iss: harness.url, aud: firstPartyClientId, amr: ['pwd'] });
    const info = await client.fetchUserInfo(relyingParty, tokens.access_token, subject);
    expect(info).toEqual({ sub: subject, email, name: 'Ada Test' });
  });
});

describe('an application of a business', () => {
  it('gets of what it asks for what role and client both allow, once its user has agreed', async () => {
    const scope = 'openid plans:read plans:write refunds:write';
    const { relyingParty, browser, user, id } = await prepare('viewer', { scopes: ['plans:read', 'plans:write'] });
    const tokens = await signInByCode(harness, { relyingParty, browser, user, scope, consent: 'allow' });
    const claims = decodePart(tokens.access_token, 1);
    expect(claims).toMatchObject({ tenant_id: user.tenantId, roles: ['viewer'], client_id: id, aud: harness.url });
    expect(claims['sub']).toBe(spellSubject(user));
    expect(claims['scope']).toBe('plans:read');
    const plans = await fetch(`${harness.url}/v1/plans`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(plans.status).toBe(200);
    const customers = await fetch(`${harness.url}/v1/customers`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(customers.status).toBe(403);
    expect(rolePermissions.viewer.has('customers:read')).toBe(true);
  });

  it('is told when its user says no', async () => {
    const request = { ...(await prepare()), scope: 'openid plans:read', consent: 'deny' as const };
    const { url } = await authorize(harness, request);
    expect(url.searchParams.get('error')).toBe('access_denied');
    expect(url.searchParams.get('code')).toBeNull();
  });

  it('is not for users of another business', async () => {
    const { relyingParty, browser } = await prepare();
    const stranger = await prepare();
    const { url } = await authorize(harness, {
      relyingParty,
      browser,
      user: stranger.user,
      scope: 'openid plans:read',
    });
    expect(url.searchParams.get('error')).toBe('access_denied');
  });

  it('gets no code without PKCE, with a plain challenge, or for an address that is not its own', async () => {
    const { id, browser } = await prepare();
    const ask = async (changed: Record<string, string>) => {
      const parameters = {
        client_id: id,
        response_type: 'code',
        scope: 'openid',
        redirect_uri: redirectUri,
        ...changed,
      };
      return browser.follow(`${harness.url}/oauth/authorize?${new URLSearchParams(parameters).toString()}`, (url) =>
        url.href.startsWith(redirectUri),
      );
    };
    expect((await ask({})).url.searchParams.get('error')).toBe('invalid_request');
    const plain = await ask({ code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' });
    expect(plain.url.searchParams.get('error')).toBe('invalid_request');
    const elsewhere = await ask({ redirect_uri: 'https://elsewhere.example/<script>' });
    expect(elsewhere.response?.status).toBe(400);
    expect(await elsewhere.response?.text()).not.toContain('<script');
  });

  it('exchanges a code once: a second use ends what the first one gave', async () => {
    const prepared = { ...(await prepare()), scope: 'openid plans:read', consent: 'allow' as const };
    const { url, checks } = await authorize(harness, prepared);
    const tokens = await client.authorizationCodeGrant(prepared.relyingParty, url, checks);
    const again = client.authorizationCodeGrant(prepared.relyingParty, url, checks);
    await expect(again).rejects.toEqual(refused('invalid_grant'));
    const refreshed = client.refreshTokenGrant(prepared.relyingParty, tokens.refresh_token ?? '');
    await expect(refreshed).rejects.toEqual(refused('invalid_grant'));
  });

  it('gets one answer for a code that is sent twice at the same instant', async () => {
    const prepared = { ...(await prepare()), scope: 'openid plans:read', consent: 'allow' as const };
    const { url, checks } = await authorize(harness, prepared);
    const both = await Promise.allSettled(
      [0, 1].map(() => client.authorizationCodeGrant(prepared.relyingParty, url, checks)),
    );
    expect(both.filter((one) => one.status === 'fulfilled').length).toBeLessThanOrEqual(1);
  });
});

describe('a refresh token', () => {
  async function signIn() {
    const prepared = { ...(await prepare('admin')), scope: 'openid plans:read', consent: 'allow' as const };
    const tokens = await signInByCode(harness, prepared);
    return { ...prepared, first: tokens.refresh_token ?? '' };
  }

  /** As if the grace had passed since it was rotated away. */
  async function age(): Promise<void> {
    await harness.owner`update identity.oidc_records set consumed_at = consumed_at - interval '11 seconds'
      where model = 'RefreshToken'`;
  }

  it('of a public client is rotated; the one before works for a moment longer, for an answer that was lost', async () => {
    const { relyingParty, first } = await signIn();
    const second = await client.refreshTokenGrant(relyingParty, first);
    expect(second.refresh_token).not.toBe(first);
    const retried = await client.refreshTokenGrant(relyingParty, first);
    expect(retried.refresh_token).not.toBe(first);
    await client.refreshTokenGrant(relyingParty, retried.refresh_token ?? '');
  });

  it('that is used again later ends its whole family, and the business can read of it', async () => {
    const { relyingParty, first, user } = await signIn();
    const second = await client.refreshTokenGrant(relyingParty, first);
    await age();
    await expect(client.refreshTokenGrant(relyingParty, first)).rejects.toEqual(refused('invalid_grant'));
    const latest = client.refreshTokenGrant(relyingParty, second.refresh_token ?? '');
    await expect(latest).rejects.toEqual(refused('invalid_grant'));
    await expect
      .poll(async () => {
        const rows = await harness.owner<{ action: string }[]>`
          select action from audit_log where tenant_id = ${user.tenantId}`;
        return rows.map((row) => row.action);
      })
      .toEqual(expect.arrayContaining(['oauth_grant.revoked', 'oauth_token.denied']));
  });

  it('follows the user’s role as it is now, and ends with their place', async () => {
    const { relyingParty, first, user } = await signIn();
    await harness.owner`update memberships set role = 'viewer' where id = ${user.userId}`;
    const second = await client.refreshTokenGrant(relyingParty, first);
    expect(decodePart(second.access_token, 1)['roles']).toEqual(['viewer']);
    await harness.owner`delete from memberships where id = ${user.userId}`;
    const third = client.refreshTokenGrant(relyingParty, second.refresh_token ?? '');
    await expect(third).rejects.toEqual(refused('invalid_grant'));
  });

  it('of a suspended tenant gives nothing', async () => {
    const { relyingParty, first, user } = await signIn();
    await harness.owner`update tenants set status = 'suspended' where tenant_id = ${user.tenantId}`;
    await expect(client.refreshTokenGrant(relyingParty, first)).rejects.toEqual(refused('invalid_client'));
  });

  it('can be introspected and revoked by its client, and by no other', async () => {
    const { relyingParty, first, user } = await signIn();
    expect(await client.tokenIntrospection(relyingParty, first)).toMatchObject({
      active: true,
      sub: spellSubject(user),
    });
    const other = await openPublicClient(user.tenantId);
    expect(await client.tokenIntrospection(other.relyingParty, first)).toEqual({ active: false });
    await client.tokenRevocation(other.relyingParty, first);
    expect(await client.tokenIntrospection(relyingParty, first)).toMatchObject({ active: true });
    await client.tokenRevocation(relyingParty, first);
    expect(await client.tokenIntrospection(relyingParty, first)).toEqual({ active: false });
    await expect(client.refreshTokenGrant(relyingParty, first)).rejects.toEqual(refused('invalid_grant'));
  });

  it('is nowhere readable: neither it nor a code stands in the database', async () => {
    const { first } = await signIn();
    const [row] = await harness.owner<{ found: number }[]>`
      select count(*)::int as found from identity.oidc_records r where r.id = ${first} or r.payload::text like ${`%${first}%`}`;
    expect(row?.found).toBe(0);
  });
});

describe('signing out', () => {
  it('ends the session and every refresh token of it, and leads back to the application', async () => {
    const prepared = { ...(await prepare('admin')), scope: 'openid plans:read', consent: 'allow' as const };
    const { relyingParty, browser } = prepared;
    const tokens = await signInByCode(harness, prepared);
    const start = client.buildEndSessionUrl(relyingParty, {
      post_logout_redirect_uri: redirectUri,
      id_token_hint: tokens.id_token ?? '',
      state: 'bye',
    });
    const page = await browser.send(start.href);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const action = /action="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(action).toBe(`${harness.url}/oauth/end-session/confirm`);
    const forged = await browser.send(action, {
      method: 'POST',
      body: new URLSearchParams({ xsrf: 'x', logout: 'yes' }),
    });
    expect(forged.status).toBe(400);
    const done = await browser.send(action, { method: 'POST', body: new URLSearchParams({ xsrf, logout: 'yes' }) });
    expect(done.headers.get('location')).toBe(`${redirectUri}?state=bye`);
    const { userId, tenantId } = prepared.user;
    const told = await harness.owner`
      select resource_id, details from audit_log
      where tenant_id = ${tenantId} and actor = ${userId} and action = 'oauth_grant.ended'`;
    expect(told).toEqual([{ resourceId: relyingParty.clientMetadata().client_id, details: { by: 'sign_out' } }]);
    const refreshed = client.refreshTokenGrant(relyingParty, tokens.refresh_token ?? '');
    await expect(refreshed).rejects.toEqual(refused('invalid_grant'));
    const next = await browser.follow(
      client.buildAuthorizationUrl(relyingParty, {
        ...{
          redirect_uri: redirectUri,
          scope: 'openid',
          code_challenge: 'a'.repeat(43),
          code_challenge_method: 'S256',
        },
      }).href,
      (url) => url.href.startsWith(redirectUri),
    );
    expect(next.url.pathname).toMatch(/^\/identity\/sign-in\//);
  });
});
