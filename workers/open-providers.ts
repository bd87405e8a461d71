import type { AccountOf } from '../adapters/payments/account.ts';
import { createCustomProvider } from '../adapters/payments/custom/custom-provider.ts';
import { createPaypalProvider } from '../adapters/payments/paypal/paypal-provider.ts';
import type { PaymentProvider } from '../adapters/payments/port.ts';
import { createProviderRegistry, type ProviderRegistry } from '../adapters/payments/registry.ts';
import { createSandboxProvider } from '../adapters/payments/sandbox/sandbox-provider.ts';
import { createStripeProvider } from '../adapters/payments/stripe/stripe-provider.ts';
import { createAccountSource } from '../billing/provider-accounts/open-account.ts';
import { watchCredentials } from '../billing/provider-accounts/watch-credentials.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import type { ProviderName } from '../domain/payments/provider-name.ts';
import type { Config } from '../runtime/config.ts';
import type { Sealer } from '../runtime/sealer.ts';

interface OpenedProviders {
  registry: ProviderRegistry;
  close(): Promise<void>;
}

interface Parts {
  config: Pick<Config, 'sandboxProviderUrl' | 'publicUrl' | 'allowsLocalProviders'>;
  database: TenantDatabase;
  sealer: Sealer;
}

/** Every provider of this platform; whose accounts are the tenants' own opens one per call, by `createAccountSource`. */
export function openProviders(parts: Parts): OpenedProviders {
  return openWith(parts, (provider) => watchCredentials(parts.database, provider));
}

/** The same for whoever only looks: what a provider says of a tenant's credentials is not written down. */
export function openUnwatchedProviders(parts: Parts): OpenedProviders {
  return openWith(parts, (provider) => provider);
}

function openWith(
  { config, database, sealer }: Parts,
  register: (provider: PaymentProvider) => PaymentProvider,
): OpenedProviders {
  const { allowsLocalProviders: allowsLocal } = config;
  const accountOf = (provider: ProviderName) => createAccountSource({ database, sealer }, provider);
  const addressed = (source: AccountOf) => (allowsLocal ? source : withoutOwnAddress(source));
  const returnUrl = `${config.publicUrl}/payments/confirmed`;
  const opened: readonly (PaymentProvider & { close(): unknown })[] = [
    createSandboxProvider({ baseUrl: config.sandboxProviderUrl, returnUrl }),
    createStripeProvider({ accountOf: addressed(accountOf('stripe')), returnUrl }),
    createPaypalProvider({ accountOf: addressed(accountOf('paypal')), allowsLocal }),
    createCustomProvider({ accountOf: accountOf('custom'), allowsLocal }),
  ];
  return {
    registry: createProviderRegistry(opened.map(register)),
    async close() {
      await Promise.all(opened.map((provider) => provider.close()));
    },
  };
}

/** Stripe's and PayPal's own addresses alone: one that a tenant names could be anybody's, inside this network too. */
function withoutOwnAddress(accountOf: AccountOf): AccountOf {
  return async (tenantId) => {
    const { settings, ...account } = await accountOf(tenantId);
    const { base_url: _, ...rest } = settings;
    return { ...account, settings: rest };
  };
}
