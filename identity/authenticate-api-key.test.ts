import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryCache } from '../adapters/cache/memory-cache.ts';
import type { Sql } from '../db/database.ts';
import { newId } from '../db/new-id.ts';
import type { Permission } from '../domain/access/permissions.ts';
import { isBuiltInRole, rolePermissions } from '../domain/access/roles.ts';
import { SECOND_MS } from '../domain/instant.ts';
import { hashApiKeySecret, makeApiKey } from './api-key.ts';
import { createAuthenticator } from './authenticate.ts';
import { createApiKeyAuthenticator } from './authenticate-api-key.ts';
import type { RoleDirectory } from './directories.ts';

const keySecret = 'the key secret of a test';
const ownRole = newId('customRole');
const roles: RoleDirectory = {
  permissionsOf: (_tenantId, role) =>
    isBuiltInRole(role) ? rolePermissions[role] : Promise.resolve(new Set<Permission>(['plans:read', 'plans:write'])),
};

/** As the API asks: by the header alone. */
function open(parts: Omit<Parameters<typeof createApiKeyAuthenticator>[0], 'roles'>) {
  const authenticate = createAuthenticator({ apiKeys: createApiKeyAuthenticator({ roles, ...parts }) });
  return (authorization: string | undefined) =>
    authenticate({ method: 'GET', header: (name) => (name === 'authorization' ? authorization : undefined) });
}
const tenantId = newId('tenant');

interface KeyRow {
  tenantId: string;
  tenantMode: 'sandbox' | 'live';
  tenantStatus: string;
  secretHash: string;
  role: string;
  scopes: Permission[] | null;
  expiresAt: number | null;
}

/** The one look-up there is, over keys in memory. */
function createKeys() {
  const rows = new Map<string, KeyRow>();
  const asked: string[] = [];
  const sql = (async (_text: unknown, id: string) => {
    asked.push(id);
    const row = rows.get(id);
    return row ? [row] : [];
  }) as unknown as Sql;
  const issue = (changed: Partial<KeyRow> = {}) => {
    const key = makeApiKey('sandbox');
    const row: KeyRow = {
      ...{ tenantId, tenantMode: 'sandbox', tenantStatus: 'active', role: 'admin', scopes: null, expiresAt: null },
      secretHash: hashApiKeySecret(key.secret, keySecret),
    };
    rows.set(key.id, { ...row, ...changed });
    return key;
  };
  return { sql, asked, issue, revoke: (id: string) => rows.delete(id) };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a key', () => {
  it('speaks for its tenant in its role, and tells that it was used', async () => {
    const keys = createKeys();
    const used: unknown[] = [];
    const authenticate = open({ sql: keys.sql, keySecret, noteUse: (...use) => void used.push(use) });
    const key = keys.issue({ role: 'integrator' });
    expect(await authenticate(`Bearer ${key.text}`)).toEqual({
      ...{ tenantId, kind: 'api_key', actor: key.id, role: 'integrator', customerId: null },
      permissions: rolePermissions.integrator,
    });
    expect(used).toEqual([[tenantId, key.id]]);
  });

  it.each([
    ['of a built-in role', 'viewer', ['plans:read', 'plans:write'], ['plans:read']],
    ['of the tenant’s own', ownRole, ['plans:write', 'audit:read'], ['plans:write']],
    ['of the tenant’s own, with no scopes', ownRole, null, ['plans:read', 'plans:write']],
  ] as const)('may what both its role and its scopes name: one %s', async (_what, role, scopes, allowed) => {
    const keys = createKeys();
    const authenticate = open({ sql: keys.sql, keySecret });
    const key = keys.issue({ role, scopes: scopes && [...scopes] });
    const { permissions } = await authenticate(`Bearer ${key.text}`);
    expect([...permissions]).toEqual(allowed);
  });

  it.each([
    ['nothing', () => undefined],
    ['another scheme', (text: string) => `Basic ${text}`],
    ['no scheme', (text: string) => text],
    ['a mistyped key', (text: string) => `Bearer ${text.slice(0, -1)}x`],
    ['a live prefix', (text: string) => `Bearer ${text.replace('rc_test', 'rc_live')}`],
  ])('is refused without a look-up for %s', (_name, headerOf) => {
    const keys = createKeys();
    const authenticate = open({ sql: keys.sql, keySecret });
    const header = headerOf(keys.issue().text);
    expect(() => authenticate(header)).toThrow('unauthorized');
    expect(keys.asked).toEqual([]);
  });

  it('opens only what is left of a tenant that is being deleted', async () => {
    const keys = createKeys();
    const key = keys.issue({ tenantStatus: 'deleting' });
    const { permissions } = await open({ sql: keys.sql, keySecret })(`Bearer ${key.text}`);
    expect([...permissions].sort()).toEqual(['audit:read', 'tenant:read', 'tenant:write']);
  });

  it('is refused with another key’s secret, and with one made by another server', async () => {
    const keys = createKeys();
    const authenticate = open({ sql: keys.sql, keySecret: 'another key secret here' });
    await expect(authenticate(`Bearer ${keys.issue().text}`)).rejects.toThrow('unauthorized');
  });

  it('for tests opens no live tenant', async () => {
    const keys = createKeys();
    const used: unknown[] = [];
    const authenticate = open({ sql: keys.sql, keySecret, noteUse: (...use) => void used.push(use) });
    const { text } = keys.issue({ tenantMode: 'live' });
    await expect(authenticate(`Bearer ${text}`)).rejects.toThrow('unauthorized');
    expect(used).toEqual([]);
  });
});

describe('between two look-ups', () => {
  it('answers at once, and asks once for many at the same time', async () => {
    const keys = createKeys();
    const authenticate = open({ sql: keys.sql, keySecret });
    const header = `Bearer ${keys.issue().text}`;
    await Promise.all(Array.from({ length: 20 }, async () => authenticate(header)));
    expect(authenticate(header)).not.toBeInstanceOf(Promise);
    expect(keys.asked).toHaveLength(1);
  });

  it('a key is refused from the instant it expires', async () => {
    const keys = createKeys();
    const authenticate = open({ sql: keys.sql, keySecret });
    const header = `Bearer ${keys.issue({ expiresAt: Date.now() + SECOND_MS }).text}`;
    await authenticate(header);
    vi.advanceTimersByTime(SECOND_MS - 1);
    expect(authenticate(header)).not.toBeInstanceOf(Promise);
    vi.advanceTimersByTime(1);
    expect(() => authenticate(header)).toThrow('unauthorized');
    expect(keys.asked).toHaveLength(1);
  });

  it('a revoked key is dead within five seconds, also where a shared cache keeps it', async () => {
    const keys = createKeys();
    const shared = createMemoryCache();
    const [first, second] = [0, 1].map(() => open({ sql: keys.sql, keySecret, shared }));
    const key = keys.issue();
    const header = `Bearer ${key.text}`;
    await first?.(header);
    keys.revoke(key.id);
    vi.advanceTimersByTime(1_900);
    await second?.(header);
    vi.advanceTimersByTime(3_000);
    await expect(first?.(header)).rejects.toThrow('unauthorized');
    await expect(second?.(header)).rejects.toThrow('unauthorized');
  });

  it('nothing that is kept opens a door: neither the key nor its secret', async () => {
    const keys = createKeys();
    const kept: string[] = [];
    const shared = {
      get: async () => null,
      set: async (...entry: unknown[]) => void kept.push(JSON.stringify(entry)),
      delete: async () => true,
    };
    const key = keys.issue();
    await open({ sql: keys.sql, keySecret, shared })(`Bearer ${key.text}`);
    expect(kept).toHaveLength(1);
    expect(kept[0]).not.toContain(key.secret);
  });
});
