/** A tenant's account at one provider, opened for the length of a call. Nothing of it may be logged or kept. */
export interface ProviderAccount {
  mode: 'test' | 'live';
  /** Secret: keys, client secrets, signing secrets, by names the implementation defines. */
  credentials: Readonly<Record<string, string>>;
  /** Not secret: the provider's id of the account, addresses. */
  settings: Readonly<Record<string, string>>;
}

/**
 * How an implementation gets at the account of the tenant it is called for. Throws `ProviderError('not_sent', 'not_configured')`
 * where the tenant has none that is active. An implementation whose provider refuses the credentials (401, revoked) throws
 * `ProviderError('not_sent', 'credentials_refused')`: nothing was processed, and it is no decline.
 */
export type AccountOf = (tenantId: string) => Promise<ProviderAccount>;
