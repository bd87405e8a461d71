import type { PaymentProvider } from './port.ts';

export interface ProviderRegistry {
  names(): string[];
  /** Throws a plain Error for a name nobody registered: stored names were checked when they were written. */
  get(name: string): PaymentProvider;
}

export function createProviderRegistry(providers: readonly PaymentProvider[]): ProviderRegistry {
  const byName = new Map<string, PaymentProvider>();
  for (const provider of providers) {
    if (byName.has(provider.name)) throw new Error(`payment provider ${provider.name} is registered twice`);
    byName.set(provider.name, provider);
  }
  return {
    names: () => [...byName.keys()],
    get(name) {
      const provider = byName.get(name);
      if (provider === undefined) throw new Error(`no payment provider is registered as ${name}`);
      return provider;
    },
  };
}
