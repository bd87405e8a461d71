import type { AuditRow } from '../../db/queries/audit-chain.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import {
  countUnderWay,
  type DueErasure,
  eraseAuditDetails,
  eraseBookPage,
  erasedBooks,
  erasedTables,
  erasePage,
  findLiving,
  listAuditToErase,
  markDeleted,
} from '../../db/queries/erase-tenant.ts';
import { type TenantDatabase, type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import type { SubscriptionId, TenantId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { terminalStatuses } from '../../domain/subscriptions/subscription.ts';
import type { Call } from '../call.ts';
import { endSubscription } from '../collection/end-subscription.ts';
import type { BillingContext, Caller } from '../context.ts';
import { voidByHand } from '../manual-invoices/edit-invoice.ts';
import { settle } from '../subscription-work/settle.ts';
import { loadWork } from '../subscription-work/subscription-work.ts';

const caller: Caller = { actor: 'erasure', origin: 'reconciler', requestId: null };
const endedAtOnce = 100;
const rowsAtOnce = 1_000;
/** A provider that has not said by then what became of a charge will not say it: what is left of it stays, without a name. */
const waitsMaxMs = 30 * DAY_MS;

export interface ErasureTools {
  system: TenantDatabase;
  context: BillingContext;
  /** What stands in the audit's chain for what a row told. */
  digestOf(row: AuditRow): string;
}

export type Erased = 'erased' | 'waits';

/**
 * Carries out a deletion whose grace is over: ends what lives, waits for what is at providers, erases credentials and personal data,
 * and marks the tenant. Many short transactions, each of which may be the last before a crash: the next run goes on from the rows.
 */
export async function eraseTenant({ system, context, digestOf }: ErasureTools, due: DueErasure): Promise<Erased> {
  const { tenantId } = due;
  const transact = <T>(work: (tx: TenantTransaction) => Promise<T>) => withTenant(context.database, tenantId, work);
  await endWhatLives(context, tenantId);
  const [underWay, now] = await transact(async (tx) => [await countUnderWay(tx), tx.now] as const);
  if (underWay > 0 && now < due.deleteAfter + waitsMaxMs) return 'waits';
  const pages = async (erase: (tx: TenantTransaction) => Promise<number>) => {
    while ((await transact(erase)) === rowsAtOnce);
  };
  // People first, while their places still say who they are.
  await pages((tx) => eraseBookPage(tx, 'erase_people', rowsAtOnce));
  for (const table of erasedTables) await pages((tx) => erasePage(tx, table, rowsAtOnce));
  for (const book of erasedBooks) await pages((tx) => eraseBookPage(tx, book, rowsAtOnce));
  await pages((tx) => eraseAudit(tx, digestOf));
  await system.sql.begin(async (sql) => {
    if (!(await markDeleted(sql, tenantId))) return;
    const { actor, requestId } = caller;
    const entry = { actor, requestId, action: 'tenant.deleted', resourceId: tenantId, details: {} };
    for (const scope of [tenantId, platform]) await writeAudit(sql, { ...entry, tenantId: scope });
  });
  return 'erased';
}

async function eraseAudit(tx: TenantTransaction, digestOf: ErasureTools['digestOf']): Promise<number> {
  const rows = await listAuditToErase(tx, rowsAtOnce);
  if (rows.length > 0)
    await eraseAuditDetails(
      tx,
      rows.map((row) => ({ id: row.id, digest: digestOf(row) })),
    );
  return rows.length;
}

/** As the platform's own audit names it. */
const platform = 'platform' as TenantId;

async function endWhatLives(context: BillingContext, tenantId: TenantId): Promise<void> {
  const call: Call = { tenantId, caller, claim: null };
  for (;;) {
    const { subscriptions, invoices } = await withTenant(context.database, tenantId, (tx) =>
      findLiving(tx, endedAtOnce),
    );
    for (const id of subscriptions) await endOne(context, tenantId, id);
    for (const id of invoices) await voidByHand(context, call, id);
    if (subscriptions.length < endedAtOnce && invoices.length < endedAtOnce) return;
  }
}

async function endOne(context: BillingContext, tenantId: TenantId, id: SubscriptionId): Promise<void> {
  const intents = await withTenant(context.database, tenantId, async (tx) => {
    const work = await loadWork(tx, id, caller);
    if (!work || terminalStatuses.includes(work.sub.status)) return [];
    endSubscription(work, 'canceled', 'tenant deleted');
    return (await settle(work, 'command')).intents;
  });
  context.sendIntents(intents);
}
