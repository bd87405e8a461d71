import type { Sql } from '../db/database.ts';
import { DomainError } from '../domain/errors.ts';
import type { ApiKeyId, TenantId } from '../domain/ids.ts';
import { SECOND_MS } from '../domain/instant.ts';
import { hashApiKeySecret, parseApiKey, sameHash } from './api-key.ts';

/** Who a key speaks for. */
export interface Principal {
  tenantId: TenantId;
  keyId: ApiKeyId;
  role: 'admin' | 'integrator';
}

/** What is kept of a key between two look-ups; never the secret itself. */
interface KnownKey {
  tenantId: TenantId;
  secretHash: string;
  role: Principal['role'];
}

/** A cache other processes share; absent or away, every look-up goes to PostgreSQL. */
export interface SharedKeyCache {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
}

export type Authenticate = (authorization: string | undefined) => Principal | Promise<Principal>;

/** Both together bound how long a revoked key lives on: 2 s shared + 2 s here < 5 s. */
const ownMs = 2 * SECOND_MS;
const sharedMs = 2 * SECOND_MS;
const ownEntriesMax = 10_000;

const refusal = () => new DomainError('unauthorized', 'A valid API key is needed: Authorization: Bearer <key>.');

/**
 * Authentication by `Authorization: Bearer rc_test_…`. A key seen within the last two seconds is answered without waiting.
 * Throws `unauthorized`, without saying which part was wrong.
 */
export function createApiKeyAuthenticator(parts: {
  sql: Sql;
  keySecret: string;
  shared?: SharedKeyCache;
}): Authenticate {
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

  function admit(known: KnownKey | null, presented: { id: ApiKeyId; secret: string }): Principal {
    if (known === null || !sameHash(known.secretHash, hashApiKeySecret(presented.secret, parts.keySecret)))
      throw refusal();
    return { tenantId: known.tenantId, keyId: presented.id, role: known.role };
  }

  return (authorization) => {
    const presented = authorization?.startsWith('Bearer ') ? parseApiKey(authorization.slice(7)) : null;
    if (presented === null) throw refusal();
    const entry = own.get(presented.id);
    if (entry && entry.until > performance.now()) return admit(entry.known, presented);
    return findOnce(presented.id).then((known) => admit(known, presented));
  };
}

async function findKey(sql: Sql, id: ApiKeyId, shared: SharedKeyCache | undefined): Promise<KnownKey | null> {
  const cached = shared ? await shared.get(cacheKey(id)) : null;
  if (cached !== null) return JSON.parse(cached) as KnownKey;
  const [row] = await sql<{ tenantId: TenantId; secretHash: string; role: Principal['role'] }[]>`
    select tenant_id, secret_hash, role from find_api_key(${id})`;
  if (!row) return null;
  const known = { tenantId: row.tenantId, secretHash: row.secretHash, role: row.role };
  if (shared) await shared.set(cacheKey(id), JSON.stringify(known), sharedMs);
  return known;
}

function cacheKey(id: ApiKeyId): string {
  return `api-key:${id}`;
}
