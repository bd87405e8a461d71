import type { SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';
import type { Clock } from '../../domain/subscriptions/what-comes-next.ts';
import type { WorkflowRef } from '../../domain/workflow-ref.ts';
import type { Statement } from '../database.ts';
import { newId } from '../new-id.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import { withLinkMadeBy } from './audit-log.ts';
import type { CreditNoteLineRow, CreditNoteRow, InvoiceRow, SubscriptionRow } from './billing-rows.ts';

/** The members of a row that never change after its insert. */
const fixedColumns = {
  subscriptions: ['tenantId', 'id', 'customerId', 'currency', 'startsAt', 'createdAt'],
  billing_runs: ['tenantId', 'id', 'subscriptionId', 'kind', 'ordinal', 'openedAt'],
  invoices: ['tenantId', 'id', 'customerId', 'subscriptionId', 'billingRunId', 'kind', 'currency', 'createdAt'],
  payments: ['tenantId', 'id', 'customerId', 'subscriptionId', 'invoiceId', 'currency', 'createdAt'],
  payment_attempts: [
    'tenantId',
    'id',
    'paymentId',
    'invoiceId',
    'subscriptionId',
    'number',
    'amountMinor',
    'currency',
    'createdAt',
  ],
  refunds: ['tenantId', 'id', 'paymentId', 'attemptId', 'subscriptionId', 'amountMinor', 'currency', 'createdAt'],
  carriers: ['tenantId', 'id', 'kind', 'paymentId', 'refundId', 'customerId', 'createdAt'],
} satisfies Record<string, readonly string[]>;
export type BillingTable = keyof typeof fixedColumns;

type Row = { tenantId: string; id: string };

export function insertRow<R extends Row>(tx: TenantTransaction, table: BillingTable, row: R): Statement {
  const { sql } = tx;
  return sql`insert into ${sql(table)} ${sql(row as never)}`.execute();
}

const changeable = new Map<string, string[]>();

export function updateRow<R extends Row>(tx: TenantTransaction, table: BillingTable, row: R): Statement {
  const { sql } = tx;
  let columns = changeable.get(table);
  if (!columns) {
    columns = Object.keys(row).filter((column) => !(fixedColumns[table] as readonly string[]).includes(column));
    changeable.set(table, columns);
  }
  return sql`update ${sql(table)} set ${sql(row as never, columns as never)}
    where tenant_id = ${row.tenantId} and id = ${row.id}`.execute();
}

export function insertSubscription(tx: TenantTransaction, row: SubscriptionRow): Statement {
  return insertRow(tx, 'subscriptions', storable(tx, row));
}

export function updateSubscription(tx: TenantTransaction, row: SubscriptionRow): Statement {
  return updateRow(tx, 'subscriptions', storable(tx, row));
}

/** An array member is said to be JSON, lest it be taken for a SQL array. */
function storable(tx: TenantTransaction, row: SubscriptionRow): SubscriptionRow {
  return { ...row, pendingLines: tx.sql.json(row.pendingLines as never) as never };
}

export function insertInvoice(tx: TenantTransaction, row: InvoiceRow, lines: readonly InvoiceLine[]): Statement[] {
  const { sql } = tx;
  const writes = [insertRow(tx, 'invoices', row)];
  const rows = lines.map((line, position) => ({ tenantId: row.tenantId, invoiceId: row.id, position, ...line }));
  if (rows.length > 0) writes.push(sql`insert into invoice_lines ${sql(rows as never)}`.execute());
  return writes;
}

export function updateInvoice(tx: TenantTransaction, row: InvoiceRow): Statement {
  return updateRow(tx, 'invoices', row);
}

/** The last of `count` consecutive numbers; locks the tenant's counter until the commit. */
export async function takeInvoiceNumbers(tx: TenantTransaction, count: number): Promise<number> {
  const [row] = await tx.sql<[{ lastNumber: number }]>`
    insert into invoice_counters (tenant_id, last_number) values (${tx.tenantId}, ${count})
    on conflict (tenant_id) do update set last_number = invoice_counters.last_number + ${count}
    returning last_number`;
  return row.lastNumber;
}

/** The same for credit notes, whose numbers are a series of their own. */
export async function takeCreditNoteNumbers(tx: TenantTransaction, count: number): Promise<number> {
  const [row] = await tx.sql<[{ lastCreditNoteNumber: number }]>`
    insert into invoice_counters (tenant_id, last_number, last_credit_note_number) values (${tx.tenantId}, 0, ${count})
    on conflict (tenant_id) do update
      set last_credit_note_number = invoice_counters.last_credit_note_number + ${count}
    returning last_credit_note_number`;
  return row.lastCreditNoteNumber;
}

export function insertCreditNote(
  tx: TenantTransaction,
  row: CreditNoteRow,
  lines: readonly CreditNoteLineRow[],
): Statement[] {
  const { sql } = tx;
  const { tenantId, id: creditNoteId } = row;
  const rows = lines.map((line) => ({ tenantId, creditNoteId, ...line }));
  return [
    sql`insert into credit_notes ${sql(row as never)}`.execute(),
    sql`insert into credit_note_lines ${sql(rows as never)}`.execute(),
  ];
}

export function insertAnchor(
  tx: TenantTransaction,
  subscriptionId: SubscriptionId,
  anchor: { ordinal: number; effectiveFrom: Instant; localDate: string; localTime: string; zone: string },
): Statement {
  const { sql, tenantId } = tx;
  const { ordinal, effectiveFrom, localDate, localTime, zone } = anchor;
  return sql`insert into subscription_anchors ${sql({ tenantId, subscriptionId, ordinal, effectiveFrom, localDate, localTime, zone } as never)}`.execute();
}

export function upsertClock(tx: TenantTransaction, subscriptionId: SubscriptionId, clock: Clock): Statement {
  return tx.sql`
    insert into test_clocks (tenant_id, scope, subscription_id, frozen_at, target_at)
    values (${tx.tenantId}, ${subscriptionId}, ${subscriptionId}, ${clock.frozenAt}, ${clock.targetAt})
    on conflict (tenant_id, scope) do update set frozen_at = excluded.frozen_at, target_at = excluded.target_at`.execute();
}

export function insertLedgerTransactions(tx: TenantTransaction, rows: readonly object[]): Statement {
  return tx.sql`insert into ledger_entries ${tx.sql(rows as never)}`.execute();
}

export function insertTimeline(
  tx: TenantTransaction,
  subscriptionId: SubscriptionId,
  actor: string,
  entries: readonly { at: Instant; action: string; planId: string; details: Record<string, unknown> }[],
): Statement {
  const rows = entries.map((entry) => ({ tenantId: tx.tenantId, subscriptionId, actor, ...entry }));
  return tx.sql`insert into timeline ${tx.sql(rows as never)}`.execute();
}

export function insertAudits(
  tx: TenantTransaction,
  caller: { actor: string; requestId: string | null; ipAddress?: string | null; linkMadeBy?: string | null },
  audits: readonly { action: string; resourceId: string; details: Record<string, unknown> }[],
): Statement {
  const { actor, requestId, ipAddress = null, linkMadeBy } = caller;
  const rows = audits.map((audit) => ({
    tenantId: tx.tenantId,
    id: newId('event'),
    at: tx.now,
    actor,
    requestId,
    ipAddress,
    ...audit,
    details: withLinkMadeBy(audit.details, linkMadeBy),
  }));
  return tx.sql`insert into audit_log ${tx.sql(rows as never)}`.execute();
}

/** Each for one workflow: a subscription's, or a carrier's. */
export function insertIntents(
  tx: TenantTransaction,
  intents: readonly { id: string; kind: string; dueAt: Instant; ref: WorkflowRef }[],
): Statement {
  const rows = intents.map(({ id, kind, dueAt, ref }) => ({
    ...{ tenantId: tx.tenantId, id, kind, dueAt },
    subscriptionId: 'subscriptionId' in ref ? ref.subscriptionId : null,
    carrierId: 'carrierId' in ref ? ref.carrierId : null,
  }));
  return tx.sql`insert into intents ${tx.sql(rows as never)}`.execute();
}

export function insertOutbox(tx: TenantTransaction, rows: readonly object[]): Statement {
  return tx.sql`insert into outbox ${tx.sql(rows as never)}`.execute();
}
