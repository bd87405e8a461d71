import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { DomainError } from '../../domain/errors.ts';

/** A provider that was asked for something harmless and did not answer: why, as the caller is told. */
export function refuseAsProvider(error: unknown): never {
  if (!(error instanceof ProviderError)) throw error;
  if (error.code === 'not_configured')
    throw new DomainError('provider_not_configured', 'There is no active account at this provider.');
  if (error.code === 'credentials_refused')
    throw new DomainError('provider_credentials_refused', 'The provider refuses the credentials of its account.');
  throw new DomainError('provider_unavailable', 'The provider cannot be asked now; try again.');
}
