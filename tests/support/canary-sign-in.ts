import { firstPartyClientId, signInCallbackPath } from '../../identity/first-party-client.ts';
import type { TestPlatform } from './platform.ts';
import type { PlatformTenant } from './platform-tenant.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const formPaths = ['/oauth/authorize', '/oauth/request', '/oauth/token', '/oauth/revoke', '/oauth/introspect'];

/**
 * Texts that may stand nowhere, where people sign in: in what an application asks for, which is kept until it is answered, in where
 * somebody wants to go on, and in what a browser calls itself. Nothing of it needs a key. Answers how many requests that were.
 */
export async function pushAtSignIn(
  platform: TestPlatform,
  tenant: PlatformTenant,
  texts: readonly string[],
): Promise<number> {
  let sent = 0;
  async function send(path: string, init: RequestInit = {}): Promise<void> {
    const response = await fetch(platform.apiUrl + path, { redirect: 'manual', ...init });
    await response.arrayBuffer();
    sent += 1;
  }
  const { customer_id: customerId } = await tenant.rest.post<{ customer_id: string }>('/v1/customers', {
    email: 'ada@example.com',
  });
  for (const text of texts) {
    const asked = askedFor(platform, text);
    for (const parameters of asked) await send(`/oauth/authorize?${parameters.toString()}`);
    for (const path of formPaths)
      for (const parameters of asked) await send(path, { method: 'POST', headers: form, body: parameters.toString() });
    const written = encodeURIComponent(text);
    await send(`/auth/sign-in?return_to=${encodeURIComponent(`/admin/?of=${written}`)}`);
    await send(`/auth/sign-in?return_to=/admin/${written}`);
    await send('/auth/sign-in', { headers: { 'user-agent': text } });
    await send(`/auth/callback?state=${written}&code=${written}`, { headers: { 'user-agent': text } });
    await send(`/oauth/end-session?state=${written}&client_id=${firstPartyClientId}`);
    // A link that is good: the session it opens tells what browser it is in.
    const { url } = await tenant.rest.post<{ url: string }>(`/v1/customers/${customerId}/portal-session`, {});
    const link = new URL(url);
    await send(`${link.pathname}${link.search}&return_to=/portal/${written}`);
    await send(link.pathname + link.search, { headers: { 'user-agent': `Browser ${text}` } });
  }
  return sent;
}

/** What an application asks for, each with the text in another place. */
function askedFor({ apiUrl }: TestPlatform, text: string): URLSearchParams[] {
  const fitting = {
    client_id: firstPartyClientId,
    redirect_uri: apiUrl + signInCallbackPath,
    response_type: 'code',
    scope: 'openid',
    state: 'state-of-a-stranger',
    nonce: 'nonce-of-a-stranger',
    login_hint: 'ada@example.com',
    ui_locales: 'de',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  };
  return Object.keys(fitting).map((name) => new URLSearchParams({ ...fitting, [name]: text }));
}
