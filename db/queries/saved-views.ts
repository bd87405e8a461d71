import type { SavedViewId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';

export interface SavedViewRow {
  tenantId: TenantId;
  id: SavedViewId;
  owner: string;
  page: string;
  name: string;
  filters: Record<string, string>;
  createdAt: Instant;
}

/** Some dozens at most; by name. */
export function listSavedViews(sql: Sql, of: { owner: string; page: string | undefined }): Promise<SavedViewRow[]> {
  return sql<SavedViewRow[]>`
    select * from saved_views where owner = ${of.owner} ${of.page === undefined ? sql`` : sql`and page = ${of.page}`}
    order by lower(name), id`.then((rows) => [...rows]);
}

/** What a person is about to add to, one after another. */
export async function countSavedViews({ sql, tenantId }: TenantTransaction, owner: string): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`saved_views ${tenantId} ${owner}`}, 0))`;
  const [row] = await sql<[{ count: number }]>`
    select count(*)::int as count from saved_views where tenant_id = ${tenantId} and owner = ${owner}`;
  return row.count;
}

/** False where the owner has a view of this name already. */
export async function insertSavedView({ sql }: TenantTransaction, row: SavedViewRow): Promise<boolean> {
  const inserted = await sql`
    insert into saved_views ${sql({ ...row, filters: sql.json(row.filters) } as never)}
    on conflict (tenant_id, owner, page, name) do nothing returning 1`;
  return inserted.length > 0;
}

/** Null where the owner has no such view. */
export async function deleteSavedView(
  { sql, tenantId }: TenantTransaction,
  of: { owner: string; id: SavedViewId },
): Promise<SavedViewRow | null> {
  const [row] = await sql<SavedViewRow[]>`
    delete from saved_views where tenant_id = ${tenantId} and owner = ${of.owner} and id = ${of.id} returning *`;
  return row ?? null;
}

export async function deleteSavedViewsOf({ sql, tenantId }: TenantTransaction, owner: string): Promise<void> {
  await sql`delete from saved_views where tenant_id = ${tenantId} and owner = ${owner}`;
}
