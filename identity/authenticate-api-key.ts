import type { Sql } from '../db/database.ts';
import { narrow } from '../domain/access/narrow.ts';
import type { Permission } from '../domain/access/permissions.ts';
import type { DomainError } from '../domain/errors.ts';
import type { ApiKeyId, TenantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { admitToTenant } from './admit-to-tenant.ts';
import { hashApiKeySecret, type PresentedKey, sameHash } from './api-key.ts';
import { createCachedLookUp, type SharedCache } from './cached-look-up.ts';
import type { RoleDirectory, TenantFacts } from './directories.ts';
import type { Principal } from './principal.ts';

/** What is kept of a key between two look-ups; never the secret itself. */
interface KnownKey {
  tenantId: TenantId;
  tenantMode: 'sandbox' | 'live';
  secretHash: string;
  role: string;
  scopes: Permission[] | null;
  expiresAt: Instant | null;
  tenantStatus: TenantFacts['status'];
}

/** For a key of ours in shape; `refusal` makes what is thrown when it opens nothing. */
export type AuthenticateKey = (presented: PresentedKey, refusal: () => DomainError) => Principal | Promise<Principal>;

/** Authentication by API key. One seen within the last two seconds is answered without waiting. */
export function createApiKeyAuthenticator(parts: {
  sql: Sql;
  keySecret: string;
  roles: RoleDirectory;
  shared?: SharedCache;
  /** Told of every use, and on the request's path: it must not wait. */
  noteUse?: (tenantId: TenantId, id: ApiKeyId) => void;
}): AuthenticateKey {
  const find = createCachedLookUp<KnownKey>({
    shared: parts.shared,
    find: (name) => findKey(parts.sql, name.slice(keyCachePrefix.length)),
  });

  function admit(
    known: KnownKey | null,
    presented: PresentedKey,
    refusal: () => DomainError,
  ): Principal | Promise<Principal> {
    if (known === null || !opens(known, presented, parts.keySecret)) throw refusal();
    const { tenantId, role, scopes, tenantStatus } = known;
    parts.noteUse?.(tenantId, presented.id);
    const speak = (allowed: ReadonlySet<Permission>): Principal => ({
      ...{ tenantId, kind: 'api_key', actor: presented.id, role, customerId: null },
      permissions: admitToTenant(tenantStatus, narrow(allowed, scopes)),
    });
    const allowed = parts.roles.permissionsOf(tenantId, role);
    return allowed instanceof Promise ? allowed.then(speak) : speak(allowed);
  }

  return (presented, refusal) => {
    const known = find(keyCacheName(presented.id));
    return known instanceof Promise
      ? known.then((found) => admit(found, presented, refusal))
      : admit(known, presented, refusal);
  };
}

/** A key may expire between two look-ups, so its time is asked each time. */
function opens(known: KnownKey, presented: PresentedKey, keySecret: string): boolean {
  const isRight = sameHash(known.secretHash, hashApiKeySecret(presented.secret, keySecret));
  return isRight && known.tenantMode === presented.mode && (known.expiresAt === null || known.expiresAt > Date.now());
}

async function findKey(sql: Sql, id: string): Promise<KnownKey | null> {
  const [row] = await sql<KnownKey[]>`
    select tenant_id, tenant_mode, tenant_status, secret_hash, role, scopes, expires_at from find_api_key(${id})`;
  return row ? { ...row } : null;
}

const keyCachePrefix = 'api-key:';

/** Where other processes find what is kept of a key. */
export function keyCacheName(id: ApiKeyId): string {
  return keyCachePrefix + id;
}
