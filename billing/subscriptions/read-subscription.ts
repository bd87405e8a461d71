import type { Answer } from '../../contracts/answer.ts';
import type { SubscriptionRow } from '../../db/queries/billing-rows.ts';
import { listSubscriptionRows, type SubscriptionFilter } from '../../db/queries/list-subscriptions.ts';
import { loadOpenWork, loadSurroundings } from '../../db/queries/load-subscription.ts';
import { loadPlanAtPeriodEnd } from '../../db/queries/prices.ts';
import { readSubscriptionRows, type SubscriptionRead } from '../../db/queries/read-subscription.ts';
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
  const [body] = await renderReads(context, call, [read]);
  return { status: 200, body };
}

export async function listSubscriptions(
  context: BillingContext,
  call: Call,
  filter: SubscriptionFilter,
): Promise<Answer> {
  const rows = await listSubscriptionRows(context.database, call.tenantId, filter);
  const page = rows.slice(0, filter.limit);
  const data = await renderReads(context, call, page);
  const hasMore = rows.length > filter.limit;
  return {
    status: 200,
    body: { data, has_more: hasMore, next_cursor: hasMore ? (page.at(-1)?.sub.id ?? null) : null },
  };
}

/** What cannot be told from its own row is read in one transaction, back to back on its connection. */
async function renderReads(context: BillingContext, { tenantId }: Call, reads: readonly SubscriptionRead[]) {
  const inFull = reads.filter(({ sub }) => sub.hasOpenWork || sub.pendingChange);
  const rendered = new Map<SubscriptionId, ReturnType<typeof renderSubscription>>();
  if (inFull.length > 0) {
    const all = await withTenant(context.database, tenantId, (tx) =>
      Promise.all(inFull.map(({ sub }) => renderInFull(tx, sub))),
    );
    inFull.forEach(({ sub }, index) => {
      const one = all[index];
      if (one) rendered.set(sub.id, one);
    });
  }
  return reads.map((read) => rendered.get(read.sub.id) ?? renderBare(read));
}

function renderBare(read: SubscriptionRead) {
  const view = { ...read, open: nothingOpen, tx: { now: 0 } as TenantTransaction };
  return renderSubscription(read.sub, nextChargeOf(view, null), allowedCommands(factsOfCommand(view)));
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
