import { HttpBrowser } from './http-browser.ts';
import { makeUser, password, placeUser } from './people.ts';
import type { TestPlatform } from './platform.ts';
import type { PlatformTenant } from './platform-tenant.ts';

/** One of everything a tenant makes by calls, by the names ids have in paths: a call about nobody's is refused before it is read. */
export async function makeIds({ rest, makePlan, makeCustomer }: PlatformTenant): Promise<Record<string, string>> {
  const [planId, customerId] = [await makePlan(), await makeCustomer()];
  const body = { customer_id: customerId, plan_id: planId };
  const made = await rest.post<{ subscription_id: string; payment: { payment_id: string } }>('/v1/subscriptions', body);
  const paymentId = made.payment.payment_id;
  const idOf = async (name: string, path: string, sent: Record<string, unknown>): Promise<Record<string, string>> => {
    const answer = await rest.post<Record<string, string>>(path, sent);
    return { [name]: answer[name] ?? '' };
  };
  const lines = [{ description: 'Setting up', amount: 500 }];
  const method = { provider: 'sandbox', token: 'tok_ok' };
  return {
    ...{ ...body, subscription_id: made.subscription_id, payment_id: paymentId },
    ...(await idOf('payment_method_id', `/v1/customers/${customerId}/payment-methods`, method)),
    ...(await idOf('invoice_id', '/v1/admin/invoices', { customer_id: customerId, currency: 'USD', lines })),
    ...(await idOf('refund_id', `/v1/payments/${paymentId}/refunds`, { amount: 1 })),
    ...(await idOf('refund_request_id', `/v1/payments/${paymentId}/refund-requests`, { amount: 1, reason: 'a test' })),
    ...(await idOf('webhook_endpoint_id', '/v1/admin/webhook-endpoints', { provider: 'custom' })),
    ...(await idOf('role_id', '/v1/roles', { name: 'Plans', permissions: ['plans:read'] })),
    ...(await idOf('api_key_id', '/v1/api-keys', { name: 'A key' })),
    ...(await idOf('client_id', '/v1/oauth-clients', { name: 'A client' })),
    ...(await idOf('invitation_id', '/v1/invitations', { email: 'new@people.example', role: 'viewer' })),
    ...(await idOf('saved_view_id', '/v1/me/saved-views', {
      page: 'subscriptions',
      name: 'Mine',
      filters: { status: 'active' },
    })),
  };
}

/** What opens an account, a place and a customer’s portal: the secret of each link. */
export async function makeLinks(platform: TestPlatform, tenant: PlatformTenant): Promise<string[]> {
  const { rest, makeCustomer } = tenant;
  const email = await makeUser(platform);
  await placeUser(platform, tenant, { email, role: 'viewer' });
  const paths = [
    ['/v1/invitations', { email: 'link@people.example', role: 'viewer' }],
    [`/v1/users/${email.split('@')[0]}/password-reset`, {}],
    [`/v1/customers/${await makeCustomer()}/portal-session`, {}],
  ] as const;
  const made = await Promise.all(paths.map(([path, body]) => rest.post<{ url: string }>(path, body)));
  return made.map(({ url }) => {
    const secret = /[\w-]{43}$/.exec(url)?.[0];
    if (secret === undefined) throw new Error(`no secret in ${url}`);
    return secret;
  });
}

/** What the browser of an operator who has signed in on the real pages sends along. */
export async function signInOperator(platform: TestPlatform): Promise<Record<string, string>> {
  const email = await makeUser(platform, { isOperator: true });
  const browser = new HttpBrowser(platform.apiUrl);
  const { url, response } = await browser.follow('/auth/sign-in');
  const token = /name="form_token" value="([^"]+)"/.exec((await response?.text()) ?? '')?.[1] ?? '';
  await browser.send('POST', url.href, { form: { form_token: token, email, password } });
  const end = await browser.follow(url.href, '/admin/');
  if (!end.url.pathname.startsWith('/admin/')) throw new Error(`the operator came to ${end.url.pathname}`);
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return { cookie, 'sec-fetch-site': 'same-origin' };
}
