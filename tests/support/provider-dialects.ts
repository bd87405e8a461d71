import { randomBytes } from 'node:crypto';
import { secretOf } from '../../adapters/payments/sandbox/paypal-server/access-tokens.ts';
import { sandboxWebhookId } from '../../adapters/payments/sandbox/paypal-server/paypal.ts';
import type { TestPlatform } from './platform.ts';
import type { PlatformTenant } from './platform-tenant.ts';

export const dialectNames = ['stripe', 'paypal', 'custom'] as const;
export type DialectName = (typeof dialectNames)[number];

export interface Credentials {
  credentials: Record<string, string>;
  settings: Record<string, string>;
}

/** A tenant's account at one of the sandbox provider's dialects: what its owner would do at the provider. */
export interface DialectAccount {
  /** As scripts and odds name it. */
  account: string;
  credentials: Credentials;
  /** Of the same account, and good no more. */
  refused: Record<string, string>;
  /** Opens an address for notifications here and enters it there. */
  openEndpoint(): Promise<void>;
  /** The form of its set-up page. */
  choice: Record<string, string>;
  openDispute(providerChargeId: string): Promise<string>;
  loseDispute(dispute: { id: string; providerChargeId: string }): Promise<void>;
}

interface Place {
  platform: TestPlatform;
  tenant: PlatformTenant;
}

interface Endpoint {
  webhook_endpoint_id: string;
  url: string;
  secret: string | null;
}

const makers: Readonly<Record<DialectName, (place: Place) => Promise<DialectAccount>>> = {
  stripe: async ({ platform, tenant }) => {
    const { stripeUrl } = platform;
    const key = `sk_test_${tenant.tenantId}`;
    return {
      account: `stripe:${tenant.tenantId}`,
      credentials: { credentials: { secret_key: key }, settings: { base_url: stripeUrl } },
      refused: { secret_key: `sk_test_revoked_${tenant.tenantId}` },
      async openEndpoint() {
        // Stripe makes the secret, and only once it knows the address.
        const secret = 'whsec_until_stripe_has_made_one';
        const opened = await tenant.rest.post<Endpoint>('/v1/admin/webhook-endpoints', { provider: 'stripe', secret });
        const form = new URLSearchParams({ url: atDoor(platform, opened), 'enabled_events[0]': '*' });
        const headers = { authorization: `Bearer ${key}` };
        const made = await post(`${stripeUrl}/v1/webhook_endpoints`, form, headers);
        const path = `/v1/admin/webhook-endpoints/${opened.webhook_endpoint_id}`;
        await put(tenant, path, { secret: made['secret'] });
      },
      choice: { token: 'tok_ok' },
      async openDispute(providerChargeId) {
        return (await post(`${stripeUrl}/control/disputes`, { payment_intent: providerChargeId }))['id'] as string;
      },
      loseDispute: async ({ id }) => void (await post(`${stripeUrl}/control/disputes/${id}`, { result: 'lost' })),
    };
  },
  paypal: async ({ platform, tenant }) => {
    const { paypalUrl } = platform;
    const dispute = (body: object) => post(`${paypalUrl}/control/disputes`, body);
    return {
      account: tenant.tenantId,
      credentials: {
        credentials: { client_id: tenant.tenantId, client_secret: secretOf(tenant.tenantId) },
        settings: { base_url: paypalUrl },
      },
      refused: { client_id: tenant.tenantId, client_secret: 'replaced at PayPal' },
      async openEndpoint() {
        // Signed by a certificate; its dialect posts to the one address of the platform.
        const settings = { webhook_id: sandboxWebhookId, cert_host: new URL(paypalUrl).host };
        await tenant.rest.post('/v1/admin/webhook-endpoints', { provider: 'paypal', settings });
      },
      choice: { method: 'tok_ok' },
      async openDispute(providerChargeId) {
        return (await dispute({ order_id: providerChargeId }))['dispute_id'] as string;
      },
      loseDispute: async ({ id, providerChargeId }) =>
        void (await dispute({ order_id: providerChargeId, dispute_id: id, status: 'lost' })),
    };
  },
  custom: async ({ platform, tenant }) => {
    const { sandboxProviderUrl } = platform.addresses;
    const account = tenant.tenantId;
    const signing_secret = `whsec_${randomBytes(32).toString('base64')}`;
    const control = (path: string, body: object) => post(`${sandboxProviderUrl}/control/${path}`, body);
    const { base_url } = await control('custom-accounts', { account, signing_secret });
    return {
      account: `custom:${account}`,
      credentials: {
        credentials: { signing_secret },
        settings: { base_url: String(base_url), key_window_hours: '24' },
      },
      refused: { signing_secret: `whsec_${randomBytes(32).toString('base64')}` },
      async openEndpoint() {
        const opened = await tenant.rest.post<Endpoint>('/v1/admin/webhook-endpoints', { provider: 'custom' });
        const notify = { notify_url: atDoor(platform, opened), notify_secret: opened.secret };
        await control('custom-accounts', { account, signing_secret, ...notify });
      },
      choice: { token: 'tok_ok' },
      async openDispute(providerChargeId) {
        return (await control('disputes', { charge_id: providerChargeId }))['id'] as string;
      },
      loseDispute: async ({ id }) => void (await control(`disputes/${id}`, { result: 'lost' })),
    };
  },
};

export function openDialectAccount(name: DialectName, place: Place): Promise<DialectAccount> {
  return makers[name](place);
}

/** Notifications go to the process that does nothing else; the address shown leads to the API, which has a door too. */
function atDoor({ webhooksUrl }: TestPlatform, { url }: Endpoint): string {
  return new URL(new URL(url).pathname, webhooksUrl).href;
}

export async function put({ rest }: PlatformTenant, path: string, body: Record<string, unknown>): Promise<void> {
  const answer = await rest.send('PUT', path, body);
  if (answer.status !== 200) throw new Error(`PUT ${path} answers ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** JSON, unless the body is a form. */
export async function post(
  url: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const payload = body instanceof URLSearchParams ? body : JSON.stringify(body);
  const response = await fetch(url, { method: 'POST', body: payload, headers, redirect: 'manual' });
  const text = await response.text();
  if (response.status >= 400) throw new Error(`POST ${url} answers ${response.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
