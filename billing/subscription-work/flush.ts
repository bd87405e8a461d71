import { newId } from '../../db/new-id.ts';
import { shardOf } from '../../db/outbox-shard.ts';
import type {
  AttemptRow,
  BillingRunRow,
  CarrierRow,
  InvoiceRow,
  PaymentRow,
  RefundRow,
  SubscriptionRow,
} from '../../db/queries/billing-rows.ts';
import { settleRetryTasks } from '../../db/queries/retry-tasks.ts';
import {
  insertAnchor,
  insertAudits,
  insertCreditNote,
  insertIntents,
  insertInvoice,
  insertLedgerTransactions,
  insertOutbox,
  insertRow,
  insertSubscription,
  insertTimeline,
  takeCreditNoteNumbers,
  takeInvoiceNumbers,
  updateInvoice,
  updateRow,
  updateSubscription,
  upsertClock,
} from '../../db/queries/write-billing.ts';
import { toIso } from '../../domain/instant.ts';
import { openAttemptStatuses } from '../../domain/payments/payment-status.ts';
import type { WorkflowRef } from '../../domain/workflow-ref.ts';
import { observeRetry } from './retry-metrics.ts';
import type { SubscriptionWork } from './subscription-work.ts';

/** A wake or start as it is owed: by whom stands in its row. */
export interface OwedRow {
  id: string;
  kind: 'start' | 'wake';
  dueAt: number;
  ref: WorkflowRef;
}

/** Every write of one verb, sent back to back on the transaction's connection; parents before children. */
export async function flushWork(work: SubscriptionWork, intents: readonly OwedRow[]): Promise<void> {
  const { tx, sub } = work;
  if (work.retries.length > 0) work.audits.push(...(await settleRetries(work)));
  sub.updatedAt = tx.now;
  sub.sequence += sequencedOf(work).length;
  const numbered = [...work.changed.invoices.values()].filter((invoice) => invoice.takesNumber);
  const writes = [
    ...writeSubscription(work),
    ...writeInvoices(work),
    ...writePayments(work),
    ...writeCarriers(work),
    ...writeRecords(work),
  ];
  if (intents.length > 0) writes.push(insertIntents(tx, intents));
  if (numbered.length === 0 && work.creditNotes.length === 0) {
    if (work.events.length > 0) writes.push(insertOutbox(tx, outboxRows(work)));
    await Promise.all(writes);
    return;
  }
  const numbering = writeNumbered(
    work,
    numbered.map(({ row }) => row),
  );
  await Promise.all([...writes, numbering]);
}

function writeSubscription(work: SubscriptionWork): PromiseLike<unknown>[] {
  const { tx, sub } = work;
  if (work.owner.kind !== 'subscription') return [];
  const writes = [work.isNew ? insertSubscription(tx, sub) : updateSubscription(tx, sub)];
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
  return writes;
}

function writeInvoices({ tx, changed }: SubscriptionWork): PromiseLike<unknown>[] {
  const writes: PromiseLike<unknown>[] = [];
  for (const { row, isNew, lines, takesNumber } of changed.invoices.values()) {
    if (isNew) writes.push(...insertInvoice(tx, row, lines));
    else if (!takesNumber) writes.push(updateInvoice(tx, row));
  }
  return writes;
}

function writePayments(work: SubscriptionWork): PromiseLike<unknown>[] {
  const { tx } = work;
  const writes: PromiseLike<unknown>[] = [];
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
  return writes;
}

/** Those of refunds, and the one that stands in for a subscription. */
function writeCarriers({ tx, sub, owner, changed }: SubscriptionWork): PromiseLike<unknown>[] {
  const carriers = [...changed.carriers.values()];
  if (owner.kind === 'payment') carriers.push({ row: takeFromStandIn(owner.carrier, sub), isNew: owner.isNew });
  return carriers.map(({ row, isNew }) => {
    row.updatedAt = tx.now;
    return isNew ? insertRow(tx, 'carriers', row) : updateRow<CarrierRow>(tx, 'carriers', row);
  });
}

function takeFromStandIn(carrier: CarrierRow, sub: SubscriptionRow): CarrierRow {
  const { nextKind, nextAt, wakeAt, sleepingUntil, fruitlessTries, parkedAt, parked } = sub;
  const { hasOpenWork, lastResult, version, sequence } = sub;
  return Object.assign(carrier, {
    ...{ nextKind, nextAt, wakeAt, sleepingUntil, fruitlessTries, parkedAt, parked },
    ...{ hasOpenWork, lastResult, version, sequence },
  });
}

function writeRecords(work: SubscriptionWork): PromiseLike<unknown>[] {
  const { tx, sub } = work;
  const writes: PromiseLike<unknown>[] = [];
  if (work.ledger.length > 0) writes.push(insertLedgerTransactions(tx, ledgerRows(work)));
  // The timeline is a subscription's; what happens to a payment without one stands in its attempts, events and audits.
  if (work.owner.kind === 'subscription' && work.timeline.length > 0)
    writes.push(insertTimeline(tx, sub.id, work.caller.actor, work.timeline));
  if (work.audits.length > 0) writes.push(insertAudits(tx, work.caller, work.audits));
  return writes;
}

/** Spec §8: who asked for the attempt, and what came of it. */
async function settleRetries(work: SubscriptionWork): Promise<SubscriptionWork['audits']> {
  const settled = await settleRetryTasks(work.tx, work.retries);
  return settled.map((task) => {
    observeRetry(task.status, work.tx.now - task.createdAt);
    return {
      action: 'payment.retry_settled',
      resourceId: task.id,
      details: {
        admin_id: task.adminId,
        payment_id: task.paymentId,
        attempt_number: task.attemptNumber,
        result: task.status,
        provider_message: task.providerMessage,
      },
    };
  });
}

/** Among the rows of the partial unique index: one per invoice. */
function bars({ status, surplus }: AttemptRow): boolean {
  return openAttemptStatuses.includes(status) && !surplus;
}

/** The tenant's counter is locked from here to the commit: only what names the numbers comes after it. */
async function writeNumbered(work: SubscriptionWork, rows: readonly InvoiceRow[]): Promise<void> {
  const { tx, creditNotes } = work;
  const last = rows.length === 0 ? 0 : await takeInvoiceNumbers(tx, rows.length);
  rows.forEach((row, index) => {
    row.number = last - rows.length + 1 + index;
  });
  const lastNote = creditNotes.length === 0 ? 0 : await takeCreditNoteNumbers(tx, creditNotes.length);
  creditNotes.forEach(({ row }, index) => {
    row.number = lastNote - creditNotes.length + 1 + index;
  });
  for (const row of rows) tx.alongside(updateInvoice(tx, row));
  for (const { row, lines } of creditNotes) for (const write of insertCreditNote(tx, row, lines)) tx.alongside(write);
  if (work.events.length > 0) tx.alongside(insertOutbox(tx, outboxRows(work)));
}

function ledgerRows(work: SubscriptionWork) {
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
      subscriptionId: work.owner.kind === 'subscription' ? work.sub.id : null,
      invoiceId: transaction.invoiceId,
      paymentId: transaction.paymentId,
      at: transaction.at,
    }));
  });
}

/** A boundary that is reached and a word to somebody are no change of state: they take no place in the order that rebuilds one. */
function isSequenced(event: { topic: string }): boolean {
  return event.topic !== 'subscriptions.renew_required' && event.topic !== 'notifications.requested';
}

/** An invoice that nobody has been asked to pay yet has no state that its events alone could rebuild in order. */
function sequencedOf({ owner, events }: SubscriptionWork): SubscriptionWork['events'] {
  return owner.kind === 'invoice' ? [] : events.filter(isSequenced);
}

function outboxRows(work: SubscriptionWork) {
  const { sub, tx, owner } = work;
  const sequenced = sequencedOf(work);
  let last = sub.sequence - sequenced.length;
  const ownKey = owner.kind === 'invoice' ? owner.invoiceId : sub.id;
  const subscriptionId = owner.kind === 'subscription' ? sub.id : null;
  return work.events.map((event) => {
    const id = newId('event');
    const sequence = sequenced.includes(event) ? ++last : null;
    const messageKey = event.topic === 'notifications.requested' ? sub.customerId : ownKey;
    return {
      tenantId: tx.tenantId,
      id,
      shard: shardOf(messageKey),
      topic: event.topic,
      messageKey,
      subscriptionId,
      sequence,
      envelope: {
        id,
        type: event.topic,
        version: 1,
        tenant_id: tx.tenantId,
        subscription_id: subscriptionId,
        sequence,
        occurred_at: toIso(event.at),
        origin: work.caller.origin,
        data: event.data(),
      },
    };
  });
}
