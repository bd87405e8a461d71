import { createHash } from 'node:crypto';
import { newId } from '../../db/new-id.ts';
import type { AttemptRow, BillingRunRow, InvoiceRow, PaymentRow, RefundRow } from '../../db/queries/billing-rows.ts';
import {
  insertAnchor,
  insertAudits,
  insertIntents,
  insertInvoice,
  insertLedgerTransactions,
  insertOutbox,
  insertRow,
  insertSubscription,
  insertTimeline,
  takeInvoiceNumbers,
  updateInvoice,
  updateRow,
  updateSubscription,
  upsertClock,
} from '../../db/queries/write-billing.ts';
import { toIso } from '../../domain/instant.ts';
import { openAttemptStatuses } from '../../domain/payments/payment-status.ts';
import type { SubscriptionWork } from './subscription-work.ts';

export const outboxShardCount = 16;

type Owed = { id: string; kind: 'start' | 'wake'; dueAt: number };

/** Every write of one verb, sent back to back on the transaction's connection; parents before children. */
export async function flushWork(work: SubscriptionWork, intents: readonly Owed[]): Promise<void> {
  const { tx, sub } = work;
  sub.updatedAt = tx.now;
  sub.sequence += work.events.filter(isSequenced).length;
  const writes: PromiseLike<unknown>[] = [];
  writes.push(work.isNew ? insertSubscription(tx, sub) : updateSubscription(tx, sub));
  if (work.newAnchor) {
    const ordinal = (work.anchor?.ordinal ?? 0) + 1;
    writes.push(
      insertAnchor(tx, sub.id, { ...work.newAnchor, ordinal, effectiveFrom: work.clock?.frozenAt ?? tx.now }),
    );
  }
  if (work.clockChanged && work.clock) writes.push(upsertClock(tx, sub.id, work.clock));
  for (const { row, isNew } of work.changed.runs.values()) {
    writes.push(isNew ? insertRow(tx, 'billing_runs', row) : updateRow<BillingRunRow>(tx, 'billing_runs', row));
  }
  const numbered = [...work.changed.invoices.values()].filter((invoice) => invoice.takesNumber);
  for (const { row, isNew, lines, takesNumber } of work.changed.invoices.values()) {
    if (isNew) writes.push(...insertInvoice(tx, row, lines));
    else if (!takesNumber) writes.push(updateInvoice(tx, row));
  }
  for (const { row, isNew } of work.changed.payments.values()) {
    row.updatedAt = tx.now;
    writes.push(isNew ? insertRow(tx, 'payments', row) : updateRow<PaymentRow>(tx, 'payments', row));
  }
  const attempts = [...work.changed.attempts.values()];
  // What frees an invoice is written before what takes it: one attempt at a time may.
  for (const { row, isNew } of attempts.toSorted((a, b) => Number(bars(a.row)) - Number(bars(b.row)))) {
    writes.push(isNew ? insertRow(tx, 'payment_attempts', row) : updateRow<AttemptRow>(tx, 'payment_attempts', row));
  }
  for (const { row, isNew } of work.changed.refunds.values()) {
    writes.push(isNew ? insertRow(tx, 'refunds', row) : updateRow<RefundRow>(tx, 'refunds', row));
  }
  if (work.ledger.length > 0) writes.push(insertLedgerTransactions(tx, ledgerRows(work)));
  if (work.timeline.length > 0) writes.push(insertTimeline(tx, sub.id, work.caller.actor, work.timeline));
  if (work.audits.length > 0) writes.push(insertAudits(tx, work.caller, work.audits));
  if (intents.length > 0) writes.push(insertIntents(tx, sub.id, intents));
  if (numbered.length === 0) {
    if (work.events.length > 0) writes.push(insertOutbox(tx, outboxRows(work)));
    await Promise.all(writes);
    return;
  }
  await Promise.all(writes);
  await finalizeInvoices(
    work,
    numbered.map(({ row }) => row),
  );
}

/** Among the rows of the partial unique index: one per invoice. */
function bars({ status, surplus }: AttemptRow): boolean {
  return openAttemptStatuses.includes(status) && !surplus;
}

/** The tenant's counter is locked from here to the commit: only what names the numbers comes after it. */
async function finalizeInvoices(work: SubscriptionWork, rows: readonly InvoiceRow[]): Promise<void> {
  const { tx } = work;
  const last = await takeInvoiceNumbers(tx, rows.length);
  rows.forEach((row, index) => {
    row.number = last - rows.length + 1 + index;
  });
  const writes: PromiseLike<unknown>[] = rows.map((row) => updateInvoice(tx, row));
  if (work.events.length > 0) writes.push(insertOutbox(tx, outboxRows(work)));
  await Promise.all(writes);
}

function ledgerRows(work: SubscriptionWork) {
  const at = work.clock?.frozenAt ?? work.tx.now;
  return work.ledger.flatMap((transaction) => {
    const transactionId = newId('event').replace('evt_', 'ltx_');
    return transaction.entries.map((entry, position) => ({
      tenantId: work.tx.tenantId,
      transactionId,
      position,
      kind: transaction.kind,
      account: entry.account,
      currency: work.sub.currency,
      amountMinor: entry.amountMinor,
      subscriptionId: work.sub.id,
      invoiceId: transaction.invoiceId,
      paymentId: transaction.paymentId,
      at,
    }));
  });
}

/** A boundary that is reached and a notice are no changes of state: they take no place in the order that rebuilds one. */
function isSequenced(event: { topic: string }): boolean {
  return event.topic !== 'subscriptions.renew_required' && event.topic !== 'notifications.requested';
}

function outboxRows(work: SubscriptionWork) {
  const { sub, tx } = work;
  let last = sub.sequence - work.events.filter(isSequenced).length;
  return work.events.map((event) => {
    const id = newId('event');
    const sequence = isSequenced(event) ? ++last : null;
    const messageKey = event.topic === 'notifications.requested' ? sub.customerId : sub.id;
    return {
      tenantId: tx.tenantId,
      id,
      shard: shardOf(messageKey),
      topic: event.topic,
      messageKey,
      subscriptionId: sub.id,
      sequence,
      envelope: {
        id,
        type: event.topic,
        version: 1,
        tenant_id: tx.tenantId,
        subscription_id: sub.id,
        sequence,
        occurred_at: toIso(event.at),
        origin: work.caller.origin,
        data: event.data(),
      },
    };
  });
}

export function shardOf(key: string): number {
  return createHash('md5').update(key).digest().readUInt16BE(0) % outboxShardCount;
}
