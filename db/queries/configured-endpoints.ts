import type { TenantId, WebhookEndpointId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { AccountMode } from '../../domain/payments/provider-name.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export interface WebhookEndpointRow {
  tenantId: TenantId;
  id: WebhookEndpointId;
  provider: string;
  mode: AccountMode;
  status: 'active' | 'disabled';
  settings: Record<string, string>;
  secret: Uint8Array;
  sealedBy: string;
  caughtUpAt: Instant | null;
  createdAt: Instant;
}

/** What its secret is sealed with. */
export function webhookPurpose(row: { tenantId: string; id: string }): string {
  return `webhook/${row.tenantId}/${row.id}`;
}

export function findWebhookEndpoint(sql: Sql | Transaction, id: WebhookEndpointId): Promise<WebhookEndpointRow | null> {
  return sql<WebhookEndpointRow[]>`select * from webhook_endpoints where id = ${id}`.then(([row]) => row ?? null);
}

export async function lockWebhookEndpoint(
  tx: TenantTransaction,
  id: WebhookEndpointId,
): Promise<WebhookEndpointRow | null> {
  const [row] = await tx.sql<WebhookEndpointRow[]>`select * from webhook_endpoints where id = ${id} for update`;
  return row ?? null;
}

export function listWebhookEndpoints(
  sql: Sql,
  filter: { provider?: string },
  page: PageRequest,
): Promise<Page<WebhookEndpointRow>> {
  return sql<WebhookEndpointRow[]>`select * from webhook_endpoints where true
    ${filter.provider === undefined ? sql`` : sql`and provider = ${filter.provider}`}
    ${page.beforeId === null ? sql`` : sql`and id < ${page.beforeId}`}
    order by id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

export async function saveWebhookEndpoint(tx: TenantTransaction, row: WebhookEndpointRow): Promise<void> {
  const { sql } = tx;
  const stored = { ...row, settings: sql.json(row.settings), secret: Buffer.from(row.secret) };
  await sql`
    insert into webhook_endpoints ${sql(stored as never)}
    on conflict (tenant_id, id) do update
      set status = excluded.status, settings = excluded.settings, secret = excluded.secret, sealed_by = excluded.sealed_by`;
}
