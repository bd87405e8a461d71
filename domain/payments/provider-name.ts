/** R5: every provider a tenant can name. */
export const providerNames = ['sandbox', 'stripe', 'paypal', 'custom'] as const;

export type ProviderName = (typeof providerNames)[number];

export function isProviderName(text: string): text is ProviderName {
  return (providerNames as readonly string[]).includes(text);
}

/** A tenant's account at a provider, and what it charges: sandbox tenants hold test accounts, live tenants live ones. */
export type AccountMode = 'test' | 'live';

export function accountModeOf(tenantMode: 'sandbox' | 'live'): AccountMode {
  return tenantMode === 'live' ? 'live' : 'test';
}
