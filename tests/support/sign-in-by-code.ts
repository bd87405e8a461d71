import * as client from 'openid-client';
import { expect } from 'vitest';
import type { TenantId, UserId } from '../../domain/ids.ts';
import type { IdentityHarness } from './identity-harness.ts';
import type { TestBrowser } from './test-browser.ts';

export const redirectUri = 'http://127.0.0.1:9/callback';

export interface SignInRequest {
  relyingParty: client.Configuration;
  browser: TestBrowser;
  user: { userId: UserId; tenantId: TenantId };
  scope: string;
  redirectUri?: string;
  /** For a client that is not the platform's own. */
  consent?: 'allow' | 'deny';
}

export function discover(
  harness: IdentityHarness,
  id: string,
  authentication: client.ClientAuth,
): Promise<client.Configuration> {
  const execute = [client.allowInsecureRequests];
  return client.discovery(new URL(harness.url), id, {}, authentication, { execute });
}

/** To the login page, through it, and back to the application with whatever it is told there. */
export async function authorize(harness: IdentityHarness, request: SignInRequest) {
  const { relyingParty, browser, user, scope, consent } = request;
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const back = request.redirectUri ?? redirectUri;
  const start = client.buildAuthorizationUrl(relyingParty, {
    ...{ redirect_uri: back, scope, state: expectedState },
    ...(scope.split(' ').includes('openid') ? { nonce: expectedNonce } : {}),
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const isBack = (url: URL): boolean => url.href.startsWith(back);
  let at = await browser.follow(start.href, isBack);
  for (const step of ['login', consent]) {
    if (step === undefined || at.response === null) continue;
    expect(at.url.href).toMatch(new RegExp(`^${harness.url}/identity/sign-in/[\\w-]+$`));
    expect(await at.response.json()).toMatchObject({ prompt: step === 'login' ? 'login' : 'consent' });
    const sent = await browser.send(`${at.url.href}/${step}`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify(user),
    });
    expect(sent.status).toBe(303);
    at = await browser.follow(sent.headers.get('location') ?? '', isBack);
  }
  const checks = {
    ...{ pkceCodeVerifier, expectedState },
    ...(scope.split(' ').includes('openid') ? { expectedNonce } : {}),
  };
  return { url: at.url, checks };
}

export async function signInByCode(harness: IdentityHarness, request: SignInRequest) {
  const { url, checks } = await authorize(harness, request);
  return client.authorizationCodeGrant(request.relyingParty, url, checks);
}
