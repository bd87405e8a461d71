import type { TenantTransaction } from '../with-tenant.ts';

/** What is handed to a tenant as its own, with what is secret and stays: columns, or members inside them. */
const exported: Readonly<Record<string, readonly string[]>> = {
  tenants: [],
  customers: [],
  payment_methods: [],
  method_setups: [],
  plans: [],
  prices: [],
  subscriptions: [],
  subscription_anchors: [],
  timeline: [],
  test_clocks: [],
  billing_runs: [],
  invoice_counters: [],
  invoices: [],
  invoice_lines: [],
  payments: [],
  payment_attempts: [],
  retry_tasks: [],
  refunds: [],
  refund_requests: [],
  credit_notes: [],
  credit_note_lines: [],
  disputes: [],
  ledger_entries: [],
  provider_accounts: ['credentials', 'sealed_by'],
  webhook_endpoints: ['secret', 'sealed_by'],
  api_keys: ['secret_hash'],
  oauth_clients: ['secret', 'sealed_by'],
  memberships: [],
  invitations: ['token_hash'],
  custom_roles: [],
  saved_views: [],
  // Of a notice that is not told yet: whoever reads it could open somebody's account.
  outbox: ['envelope.data.details.url'],
  inbox: [],
  audit_log: [],
  audit_heads: [],
};

export const exportedTables = Object.keys(exported);

/** How the platform goes about its work: nothing a tenant has told it or was told by it. */
export const unexportedTables: readonly string[] = ['carriers', 'idempotency_keys', 'intents', 'processed_events'];

const rowsAtOnce = 500;

/**
 * This transaction stands still as often as its reader does; it only reads, so nobody waits for it. Within a table its statement
 * goes on meanwhile, between two tables it is idle.
 */
export async function bearWithReader({ sql }: TenantTransaction, lastsMsMax: number): Promise<void> {
  await sql`
    select set_config('statement_timeout', ${String(lastsMsMax)}, true),
           set_config('idle_in_transaction_session_timeout', ${String(lastsMsMax)}, true)`;
}

/** The rows of one table as JSON texts, some hundreds at a time. */
export async function* readExport(tx: TenantTransaction, table: string): AsyncGenerator<string[]> {
  const { sql, tenantId } = tx;
  const kept = (exported[table] ?? []).reduce(
    (row, secret) => sql`${row} #- ${secret.split('.')}::text[]`,
    sql`to_jsonb(t)`,
  );
  const cursor = sql<{ row: string }[]>`
    select (${kept})::text as row from ${sql(table)} t where tenant_id = ${tenantId}`;
  for await (const rows of cursor.cursor(rowsAtOnce)) yield rows.map(({ row }) => row);
}

/** False where a deletion was asked for since the export's instant: it lacks what came in between. */
export async function noteExport(tx: TenantTransaction, exportedAt: number): Promise<boolean> {
  const noted = await tx.sql`
    update tenants set exported_at = ${exportedAt}
    where tenant_id = ${tx.tenantId} and (deletion_requested_at is null or deletion_requested_at <= ${exportedAt})
    returning 1`;
  return noted.length > 0;
}
