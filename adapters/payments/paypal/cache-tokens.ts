import { ApiError, type ClientCredentialsAuthManager, type OAuthToken } from '@paypal/paypal-server-sdk';
import { ProviderError } from '../provider-error.ts';
import { toProviderError } from './classify-failure.ts';

export interface TokenCache {
  /** The token kept under this name, or a new one; callers at the same time share one fetch. */
  take: (name: string, manager: ClientCredentialsAuthManager) => Promise<OAuthToken>;
  forget: (name: string) => void;
}

/** A kept token is given up this long before it expires, so that none expires on its way. */
const expiryMarginSeconds = 120;
const tokensMax = 10_000;

export function createTokenCache(): TokenCache {
  const kept = new Map<string, Promise<OAuthToken>>();
  return {
    async take(name, manager) {
      const earlier = kept.get(name);
      if (earlier !== undefined) {
        const token = await earlier;
        if (!expiresSoon(token)) return token;
        if (kept.get(name) === earlier) kept.delete(name);
      }
      const shared = kept.get(name);
      if (shared !== undefined) return shared;
      if (kept.size >= tokensMax) kept.clear();
      const fetched = fetchToken(manager);
      kept.set(name, fetched);
      try {
        return await fetched;
      } catch (error) {
        if (kept.get(name) === fetched) kept.delete(name);
        throw error;
      }
    },
    forget: (name) => void kept.delete(name),
  };
}

/** PayPal hands out the token it has, so that even a new one may have little time left: a kept one is asked, a new one is not. */
function expiresSoon({ expiry }: OAuthToken): boolean {
  return expiry !== undefined && Number(expiry) - expiryMarginSeconds < Date.now() / 1000;
}

/** Without a token nothing else is sent, so no failure here leaves an outcome open. */
async function fetchToken(manager: ClientCredentialsAuthManager): Promise<OAuthToken> {
  try {
    return await manager.fetchToken();
  } catch (error) {
    if (error instanceof ApiError && error.statusCode === 401) {
      throw new ProviderError('not_sent', 'credentials_refused', { cause: error });
    }
    const failure = toProviderError(error);
    if (failure.kind === 'rate_limited' || failure.kind === 'not_sent') throw failure;
    throw new ProviderError('not_sent', 'token_unavailable', { cause: failure });
  }
}
