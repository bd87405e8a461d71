import type { ProviderCharge } from '../../adapters/payments/port.ts';
import { createSealer } from '../../runtime/sealer.ts';
import { openUnwatchedProviders } from '../../workers/open-providers.ts';
import type { TestPlatform } from './platform.ts';
import type { PlatformTenant } from './platform-tenant.ts';
import { type DialectAccount, type DialectName, openDialectAccount, post, put } from './provider-dialects.ts';

export interface ConnectedPayment {
  payment_id: string;
  customer_id: string;
  status: string;
  amount_refunded: number;
  attempts_count: number;
  next_action: { url: string } | null;
  attempts: {
    attempt_id: string;
    status: string;
    decline_kind: string | null;
    provider_charge_id: string | null;
    send_count: number;
    look_up_count: number;
    next_look_up_at: string | null;
  }[];
}

/** A tenant that charges through an adapter of its own provider, over HTTP to a dialect of the sandbox provider. */
export interface ConnectedTenant extends PlatformTenant {
  provider: DialectName;
  at: DialectAccount;
  /** What the next calls of this account do at the provider. */
  script(operation: 'charge' | 'refund' | 'webhook', ...next: string[]): Promise<void>;
  /** What nothing has used up yet. */
  scriptsLeft(): Promise<string[]>;
  /** A customer who saved a method at the provider's page. */
  makePayer(): Promise<string>;
  subscribe(customerId: string): Promise<string>;
  renew(subscriptionId: string): Promise<void>;
  /** Newest first, as an administrator sees them. */
  payments(subscriptionId: string): Promise<ConnectedPayment[]>;
  /** The provider's own list, oldest first. */
  charges(): Promise<ProviderCharge[]>;
  setCredentials(credentials: Record<string, string>): Promise<void>;
}

export async function connectTenant(platform: TestPlatform, provider: DialectName): Promise<ConnectedTenant> {
  const tenant = await platform.makeTenant();
  const { rest, tenantId } = tenant;
  const at = await openDialectAccount(provider, { platform, tenant });
  const account = `/v1/admin/provider-accounts/${provider}`;
  await put(tenant, account, { ...at.credentials });
  await at.openEndpoint();
  const planId = await tenant.makePlan();
  const { sandboxProviderUrl } = platform.addresses;
  return {
    ...tenant,
    provider,
    at,
    async script(operation, ...next) {
      const lines = next.map((behave) => ({ behave }));
      await post(`${sandboxProviderUrl}/control/script`, { operation, account: at.account, next: lines });
    },
    async scriptsLeft() {
      const answer = await fetch(`${sandboxProviderUrl}/control/script?account=${encodeURIComponent(at.account)}`);
      return ((await answer.json()) as { next: { behave: string }[] }).next.map(({ behave }) => behave);
    },
    async makePayer() {
      const email = 'payer@example.com';
      const { customer_id: id } = await rest.post<{ customer_id: string }>('/v1/customers', { email });
      const setups = `/v1/customers/${id}/payment-method-setups`;
      const back = { provider, return_url: 'https://shop.example/back' };
      const setup = await rest.post<{ setup_id: string; url: string }>(setups, back);
      await post(setup.url, new URLSearchParams(at.choice));
      const read = await rest.get<{ status: string }>(`${setups}/${setup.setup_id}`);
      if (read.status !== 'completed') throw new Error(`expected a completed set-up, got ${JSON.stringify(read)}`);
      return id;
    },
    async subscribe(customerId) {
      const body = { customer_id: customerId, plan_id: planId };
      return (await rest.post<{ subscription_id: string }>('/subscriptions', body)).subscription_id;
    },
    renew: async (id) => void (await rest.post(`/v1/subscriptions/${id}/test-clock/advance`, { by: 'P1M' })),
    async payments(id) {
      const { data } = await rest.get<{ data: { payment_id: string }[] }>(`/payments?subscription_id=${id}`);
      const read = (of: string) => rest.get<ConnectedPayment>(`/v1/admin/payments/${of}`);
      return Promise.all(data.map(({ payment_id: of }) => read(of)));
    },
    charges: () => listCharges(platform, { tenantId, provider }),
    setCredentials: (credentials) => put(tenant, account, { credentials }),
  };
}

/** By the adapter itself, as `npm run invariants` asks: nothing is taken from our own rows. */
async function listCharges(
  { owner, addresses, sealKeys }: TestPlatform,
  of: { tenantId: string; provider: DialectName },
): Promise<ProviderCharge[]> {
  const [name = '', secret = ''] = sealKeys.split(':');
  const providers = openUnwatchedProviders({
    config: { sandboxProviderUrl: addresses.sandboxProviderUrl, publicUrl: '', allowsLocalProviders: true },
    database: { sql: owner },
    sealer: createSealer([{ name, secret }]),
  });
  try {
    const provider = providers.registry.get(of.provider);
    return (await provider.listCharges({ tenantId: of.tenantId, limit: 100 })).charges;
  } finally {
    await providers.close();
  }
}
