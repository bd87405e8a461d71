import type { Sql } from '../db/database.ts';
import { narrow } from '../domain/access/narrow.ts';
import type { Permission } from '../domain/access/permissions.ts';
import { type BuiltInRole, rolePermissions } from '../domain/access/roles.ts';
import type { DomainError } from '../domain/errors.ts';
import type { ApiKeyId, TenantId } from '../domain/ids.ts';
import { SECOND_MS } from '../domain/instant.ts';
import { admitToTenant } from './admit-to-tenant.ts';
import { hashApiKeySecret, sameHash } from './api-key.ts';
import type { TenantFacts } from './directories.ts';
import type { Principal } from './principal.ts';

/** What is kept of a key between two look-ups; never the secret itself. */
interface KnownKey {
  tenantId: TenantId;
  secretHash: string;
  role: BuiltInRole;
  scopes: Permission[] | null;
  tenantStatus: TenantFacts['status'];
}

/** A cache other processes share; absent or away, every look-up goes to PostgreSQL. */
export interface SharedKeyCache {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
}

/** For a key of ours in shape; `refusal` makes what is thrown when it opens nothing. */
export type AuthenticateKey = (
  presented: { id: ApiKeyId; secret: string },
  refusal: () => DomainError,
) => Principal | Promise<Principal>;

/** Both together bound how long a revoked key lives on: 2 s shared + 2 s here < 5 s. */
const ownMs = 2 * SECOND_MS;
const sharedMs = 2 * SECOND_MS;
const ownEntriesMax = 10_000;

/** Authentication by API key. One seen within the last two seconds is answered without waiting. */
export function createApiKeyAuthenticator(parts: {
  sql: Sql;
  keySecret: string;
  shared?: SharedKeyCache;
}): AuthenticateKey {
  const own = new Map<string, { known: KnownKey | null; until: number }>();
  const pending = new Map<string, Promise<KnownKey | null>>();

  function remember(id: ApiKeyId, known: KnownKey | null): void {
    if (own.size >= ownEntriesMax) own.clear();
    own.set(id, { known, until: performance.now() + ownMs });
  }

  function findOnce(id: ApiKeyId): Promise<KnownKey | null> {
    const running = pending.get(id);
    if (running) return running;
    const finding = findKey(parts.sql, id, parts.shared)
      .then((known) => {
        remember(id, known);
        return known;
      })
      .finally(() => pending.delete(id));
    pending.set(id, finding);
    return finding;
  }

  function admit(known: KnownKey | null, presented: { id: ApiKeyId; secret: string }): Principal | null {
    const isRight = known !== null && sameHash(known.secretHash, hashApiKeySecret(presented.secret, parts.keySecret));
    if (!isRight) return null;
    const { tenantId, role, scopes, tenantStatus } = known;
    return {
      ...{ tenantId, kind: 'api_key', actor: presented.id, role, customerId: null },
      permissions: admitToTenant(tenantStatus, narrow(rolePermissions[role], scopes)),
    };
  }

  function orRefuse(principal: Principal | null, refusal: () => DomainError): Principal {
    if (principal === null) throw refusal();
    return principal;
  }

  return (presented, refusal) => {
    const entry = own.get(presented.id);
    if (entry && entry.until > performance.now()) return orRefuse(admit(entry.known, presented), refusal);
    return findOnce(presented.id).then((known) => orRefuse(admit(known, presented), refusal));
  };
}

async function findKey(sql: Sql, id: ApiKeyId, shared: SharedKeyCache | undefined): Promise<KnownKey | null> {
  const cached = shared ? await shared.get(cacheKey(id)) : null;
  if (cached !== null) return JSON.parse(cached) as KnownKey;
  const [row] = await sql<
    KnownKey[]
  >`select tenant_id, secret_hash, role, scopes, tenant_status from find_api_key(${id})`;
  if (!row) return null;
  const { tenantId, secretHash, role, scopes, tenantStatus } = row;
  const known = { tenantId, secretHash, role, scopes, tenantStatus };
  if (shared) await shared.set(cacheKey(id), JSON.stringify(known), sharedMs);
  return known;
}

function cacheKey(id: ApiKeyId): string {
  return `api-key:${id}`;
}
