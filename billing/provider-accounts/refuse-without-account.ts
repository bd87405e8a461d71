import type { ProviderError } from '../../adapters/payments/provider-error.ts';
import { findProviderAccount, readTenantMode } from '../../db/queries/provider-accounts.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';

/**
 * What a customer is to be set up with needs an account that is in use. The sandbox's accounts are the tenants themselves, those
 * that test: play money pays nothing in a live one.
 */
export async function refuseWithoutAccount(tx: TenantTransaction, provider: string): Promise<void> {
  if (provider === 'sandbox') {
    if ((await readTenantMode(tx)) === 'live') throw notConfigured();
    return;
  }
  const account = await findProviderAccount(tx.sql, provider);
  if (!account || account.status === 'disabled') throw notConfigured();
  if (account.status === 'credentials_refused') throw credentialsRefused();
}

/** The provider's own word on the account; null where it says something else. */
export function accountRefusalOf(error: ProviderError): DomainError | null {
  if (error.code === 'not_configured') return notConfigured();
  return error.code === 'credentials_refused' ? credentialsRefused() : null;
}

function notConfigured(): DomainError {
  return new DomainError('provider_not_configured', 'There is no account at this payment provider.', {
    field: 'provider',
  });
}

function credentialsRefused(): DomainError {
  return new DomainError('provider_credentials_refused', 'The payment provider refuses the account’s credentials.', {
    field: 'provider',
  });
}
