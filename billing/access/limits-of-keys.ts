import { isAdministered } from '../../db/queries/api-keys.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ApiKeyId, OauthClientId } from '../../domain/ids.ts';
import { type Grant, permissionsGiven } from './grant.ts';

/** Where the operator has set no other limit; it holds for keys, and again for clients. */
const keysMaxDefault = 100;

export function keysMaxOf({ limits }: { limits: Readonly<Record<string, number>> }): number {
  return limits['api_keys'] ?? keysMaxDefault;
}

/**
 * A tenant nobody can administer any more would be the operator's to open again. Whoever asks holds the tenant's lock. What leaked
 * is not kept alive by this: it is rotated, the old one dead at once.
 */
export async function refuseLockOut(
  tx: TenantTransaction,
  stored: Grant & { id: ApiKeyId | OauthClientId },
): Promise<void> {
  const allowed = await permissionsGiven(tx, stored);
  if (allowed.has('api_keys:write')) await refuseUnadministered(tx, stored.id);
}

export async function refuseUnadministered(
  tx: TenantTransaction,
  without: ApiKeyId | OauthClientId | null,
): Promise<void> {
  if (await isAdministered(tx, without)) return;
  throw new DomainError(
    'invalid_state',
    'Nothing else can administer the tenant. What is known to others can be rotated, the old one dead at once.',
  );
}
