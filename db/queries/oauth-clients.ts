import type { Permission } from '../../domain/access/permissions.ts';
import type { OauthClientId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export interface Jwks {
  keys: Record<string, unknown>[];
}

export interface OauthClientRow {
  tenantId: TenantId;
  id: OauthClientId;
  name: string;
  authMethod: 'client_secret_basic' | 'private_key_jwt' | 'none';
  grantTypes: ('client_credentials' | 'authorization_code' | 'refresh_token')[];
  redirectUris: string[];
  /** Sealed; null for keys and public clients, as is the name of the key. */
  secret: Uint8Array | null;
  sealedBy: string | null;
  jwks: Jwks | null;
  role: string;
  /** Null: all the role allows. */
  scopes: Permission[] | null;
  createdBy: string;
  createdAt: Instant;
  lastUsedAt: Instant | null;
  revokedAt: Instant | null;
}

/** What its secret is sealed with. */
export function oauthClientPurpose(row: { tenantId: string; id: string }): string {
  return `oauth_client/${row.tenantId}/${row.id}`;
}

export function findOauthClient(sql: Sql | Transaction, id: OauthClientId): Promise<OauthClientRow | null> {
  return sql<OauthClientRow[]>`select * from oauth_clients where id = ${id}`.then(([row]) => row ?? null);
}

export async function lockOauthClient(tx: TenantTransaction, id: OauthClientId): Promise<OauthClientRow | null> {
  const [row] = await tx.sql<OauthClientRow[]>`select * from oauth_clients where id = ${id} for update`;
  return row ?? null;
}

export function listOauthClients(sql: Sql, page: PageRequest): Promise<Page<OauthClientRow>> {
  return sql<OauthClientRow[]>`select * from oauth_clients where true
    ${page.beforeId === null ? sql`` : sql`and id < ${page.beforeId}`}
    order by id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

export async function countLiveOauthClients(tx: TenantTransaction): Promise<number> {
  const [row] = await tx.sql<[{ count: number }]>`
    select count(*)::int as count from oauth_clients where tenant_id = ${tx.tenantId} and revoked_at is null`;
  return row.count;
}

export async function insertOauthClient(tx: TenantTransaction, row: OauthClientRow): Promise<void> {
  await tx.sql`insert into oauth_clients ${tx.sql(stored(tx, row) as never)}`;
}

export async function updateOauthClient(tx: TenantTransaction, row: OauthClientRow): Promise<void> {
  const { name, redirectUris, secret, sealedBy, jwks, role, scopes, revokedAt } = stored(tx, row);
  await tx.sql`
    update oauth_clients
    set ${tx.sql({ name, redirectUris, secret, sealedBy, jwks, role, scopes, revokedAt } as never)}
    where tenant_id = ${tx.tenantId} and id = ${row.id}`;
}

function stored(tx: TenantTransaction, row: OauthClientRow) {
  return {
    ...row,
    secret: row.secret && Buffer.from(row.secret),
    jwks: row.jwks && tx.sql.json(row.jwks as never),
  };
}
