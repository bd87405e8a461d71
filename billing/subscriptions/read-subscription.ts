import type { Answer } from '../../contracts/answer.ts';
import type { SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { listSubscriptionRows, type SubscriptionFilter } from '../../db/queries/list-subscriptions.ts';
import { loadOpenWork, loadSurroundings } from '../../db/queries/load-subscription.ts';
import { loadPlanAtPeriodEnd } from '../../db/queries/prices.ts';
import { readSubscriptionRows } from '../../db/queries/read-subscription.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { allowedCommands } from '../../domain/subscriptions/allowed-commands.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { factsOfCommand, unknownSubscription } from './change-one.ts';
import { nextChargeOf, renderSubscription } from './render-subscription.ts';

const nothingOpen = { runs: [], invoices: [], payments: [], attempts: [] };

/** R22. The common case, nothing open and no change waiting, is a single statement. */
export async function readSubscription(context: BillingContext, call: Call, id: SubscriptionId): Promise<Answer> {
  const read = await readSubscriptionRows(context.database, call.tenantId, id);
  if (!read) throw unknownSubscription();
  if (read.sub.hasOpenWork || read.sub.pendingChange) {
    const body = await withTenant(context.database, call.tenantId, (tx) => renderInFull(tx, read.sub));
    return { status: 200, body };
  }
  const view = { ...read, open: nothingOpen, tx: { now: 0 } as TenantTransaction };
  return {
    status: 200,
    body: renderSubscription(read.sub, nextChargeOf(view, null), allowedCommands(factsOfCommand(view))),
  };
}

async function renderInFull(tx: TenantTransaction, sub: SubscriptionRow) {
  const [surroundings, open] = await Promise.all([
    loadSurroundings(tx.sql, sub),
    sub.hasOpenWork ? loadOpenWork(tx.sql, sub) : nothingOpen,
  ]);
  const view = { ...surroundings, sub, open, tx };
  const allowed = allowedCommands(factsOfCommand(view));
  const planAtPeriodEnd = await loadPlanAtPeriodEnd(tx, sub.pendingChange);
  return renderSubscription(sub, nextChargeOf(view, planAtPeriodEnd), allowed);
}

export async function listSubscriptions(
  context: BillingContext,
  call: Call,
  filter: SubscriptionFilter,
): Promise<Answer> {
  return withTenant(context.database, call.tenantId, async (tx) => {
    const rows = await listSubscriptionRows(tx, filter);
    const page = rows.slice(0, filter.limit);
    // Sent back to back on the transaction's connection: the page costs two round trips, not two per row.
    const data = await Promise.all(page.map((row) => renderInFull(tx, row)));
    const hasMore = rows.length > filter.limit;
    return { status: 200, body: { data, has_more: hasMore, next_cursor: hasMore ? (page.at(-1)?.id ?? null) : null } };
  });
}
