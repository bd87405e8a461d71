import type { AccountOf } from '../../adapters/payments/account.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { findProviderAccount } from '../../db/queries/provider-accounts.ts';
import { readAsTenant, type TenantDatabase } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { ProviderName } from '../../domain/payments/provider-name.ts';
import type { Sealer } from '../../runtime/sealer.ts';
import { noteOpened } from './opened-account.ts';
import { openCredentials } from './render-account.ts';

/**
 * How the implementation of one provider gets at a tenant's account: one read by key per call to the provider, nothing kept, so
 * that replaced or disabled credentials count from the next call on in every process. Where the provider has refused them it is
 * not asked again before an operator replaces or checks them.
 */
export function createAccountSource(
  parts: { database: TenantDatabase; sealer: Sealer },
  provider: ProviderName,
): AccountOf {
  return async (tenantId) => {
    const row = await readAccount(parts.database, tenantId as TenantId, provider);
    if (!row || row.status === 'disabled') {
      throw new ProviderError('not_sent', 'not_configured', { message: `there is no account at ${provider}` });
    }
    if (row.status === 'credentials_refused') {
      const message = row.statusReason ?? 'the credentials are refused';
      throw new ProviderError('not_sent', 'credentials_refused', { message });
    }
    noteOpened(row.updatedAt);
    const { mode, settings, accountRef } = row;
    const named = accountRef === null ? settings : { ...settings, account_ref: accountRef };
    return { mode, credentials: openCredentials(row, parts.sealer), settings: named };
  };
}

/** A database that is away is no word of the provider's: the call was certainly not made. */
async function readAccount(database: TenantDatabase, tenantId: TenantId, provider: ProviderName) {
  try {
    return await readAsTenant(database, tenantId, (sql) => findProviderAccount(sql, provider));
  } catch (error) {
    throw new ProviderError('not_sent', 'account_unreadable', { cause: error });
  }
}
