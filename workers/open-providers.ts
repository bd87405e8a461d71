import type { PaymentProvider } from '../adapters/payments/port.ts';
import { createProviderRegistry, type ProviderRegistry } from '../adapters/payments/registry.ts';
import { createSandboxProvider } from '../adapters/payments/sandbox/sandbox-provider.ts';
import { watchCredentials } from '../billing/provider-accounts/watch-credentials.ts';
import type { TenantDatabase } from '../db/with-tenant.ts';
import type { Config } from '../runtime/config.ts';

/** Every provider of this platform; whose accounts are the tenants' own opens one per call, by `createAccountSource`. */
export function openProviders(parts: { config: Config; database: TenantDatabase }): {
  registry: ProviderRegistry;
  close(): Promise<void>;
} {
  const { config, database } = parts;
  const opened: readonly (PaymentProvider & { close(): unknown })[] = [
    createSandboxProvider({ baseUrl: config.sandboxProviderUrl }),
  ];
  return {
    registry: createProviderRegistry(opened.map((provider) => watchCredentials(database, provider))),
    async close() {
      await Promise.all(opened.map((provider) => provider.close()));
    },
  };
}
