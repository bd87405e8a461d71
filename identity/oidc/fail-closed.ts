import { errors } from 'oidc-provider';
import { ShortLivedStoreError } from '../../adapters/short-lived/short-lived-store-error.ts';
import { isInfrastructureError } from '../../db/database.ts';

/** What the server needs to decide is away: nobody gets a token, and everybody is told to come again (RFC 6749 §4.1.2.1). */
function unavailable(cause: unknown): Error {
  const error = new errors.CustomOIDCProviderError('temporarily_unavailable', 'Signing in is briefly unavailable.');
  return Object.assign(error, { status: 503, statusCode: 503, expose: true, cause });
}

export async function failClosed<T>(call: () => PromiseLike<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ShortLivedStoreError || isInfrastructureError(error)) throw unavailable(error);
    throw error;
  }
}
