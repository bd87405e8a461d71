import { describe, expect, it } from 'vitest';
import { FakePaymentProvider } from './fake.ts';
import { createProviderRegistry } from './registry.ts';

describe('provider registry', () => {
  it('gives a provider by its name', () => {
    const provider = new FakePaymentProvider();
    const registry = createProviderRegistry([provider]);
    expect(registry.get('sandbox')).toBe(provider);
    expect(registry.names()).toEqual(['sandbox']);
  });

  it('throws for a name nobody registered and for a name registered twice', () => {
    expect(() => createProviderRegistry([]).get('stripe')).toThrow(/no payment provider is registered as stripe/);
    const twice = [new FakePaymentProvider(), new FakePaymentProvider()];
    expect(() => createProviderRegistry(twice)).toThrow(/registered twice/);
  });
});
