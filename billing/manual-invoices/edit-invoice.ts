import type { Answer } from '../../contracts/answer.ts';
import type { InvoiceRow } from '../../db/queries/billing-rows.ts';
import { replaceLines } from '../../db/queries/manual-invoices.ts';
import { describeChange } from '../../domain/describe-change.ts';
import { DomainError } from '../../domain/errors.ts';
import type { InvoiceId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import { finalizeInvoice } from '../collection/issue-invoice.ts';
import { openAttemptOf, releaseInvoice } from '../collection/void-invoice.ts';
import type { BillingContext } from '../context.ts';
import { touchInvoice, writeAudit, writeTimeline } from '../subscription-work/subscription-work.ts';
import { changeInvoice } from './change-invoice.ts';
import { collectInvoice } from './collect-invoice.ts';
import { type InvoiceWork, loadInvoiceWork, refuseUnlessStatus } from './load-invoice-work.ts';
import { type ManualLine, manualLines } from './manual-lines.ts';

/** A draft is written anew; once it is final nothing of it changes. */
export function editDraft(
  context: BillingContext,
  call: Call,
  id: InvoiceId,
  input: { lines: readonly ManualLine[] | null; memo: string | null | undefined },
): Promise<Answer> {
  return onInvoice(context, call, id, async (loaded) => {
    const { work, invoice } = loaded;
    refuseUnlessStatus(invoice, ['draft']);
    const before = toldOf(invoice);
    if (input.memo !== undefined) invoice.memo = input.memo;
    if (input.lines !== null) {
      const settled = manualLines(input.lines, invoice.currency, work.settings);
      invoice.subtotalMinor = settled.subtotalMinor;
      invoice.totalMinor = settled.totalMinor;
      await replaceLines(work.tx, id, settled.lines);
    }
    touchInvoice(work, invoice);
    note(loaded, 'changed', before);
  });
}

/** draft → open: its gap-free number is taken, and it enters the ledger. */
export function finalizeByHand(context: BillingContext, call: Call, id: InvoiceId): Promise<Answer> {
  return onInvoice(context, call, id, async (loaded) => {
    refuseUnlessStatus(loaded.invoice, ['draft']);
    const before = toldOf(loaded.invoice);
    finalizeInvoice(loaded.work, loaded.invoice);
    note(loaded, 'finalized', before);
  });
}

/** Taken back, with its ledger entries; never while a charge for it is undecided. */
export function voidByHand(context: BillingContext, call: Call, id: InvoiceId): Promise<Answer> {
  return onInvoice(context, call, id, async (loaded) => {
    const { work, invoice } = loaded;
    refuseUnlessStatus(invoice, ['draft', 'open']);
    const attempt = openAttemptOf(work, invoice);
    if (attempt && attempt.status !== 'created' && attempt.status !== 'not_sent')
      throw new DomainError('payment_in_flight', 'A charge for this invoice is not decided yet.');
    const before = toldOf(invoice);
    releaseInvoice(work, invoice, 'voided by an administrator');
    touchInvoice(work, invoice);
    note(loaded, 'voided', before);
  });
}

/** Collected now; answered before the charge is decided. */
export function payByHand(context: BillingContext, call: Call, id: InvoiceId): Promise<Answer> {
  return onInvoice(
    context,
    call,
    id,
    async (loaded) => {
      refuseUnlessStatus(loaded.invoice, ['open']);
      const before = toldOf(loaded.invoice);
      await collectInvoice(loaded);
      note(loaded, 'collected', before);
    },
    202,
  );
}

function onInvoice(
  context: BillingContext,
  call: Call,
  id: InvoiceId,
  act: (loaded: InvoiceWork) => Promise<void>,
  status = 200,
): Promise<Answer> {
  return changeInvoice(context, call, async (tx) => {
    const loaded = await loadInvoiceWork(tx, call.caller, id);
    await act(loaded);
    return { work: loaded.work, id, status };
  });
}

function toldOf({ status, subtotalMinor, totalMinor, memo }: InvoiceRow) {
  return { status, subtotal: subtotalMinor, total: totalMinor, memo };
}

/** Of a memo only that it is another: it is free text. */
function note(
  { work, invoice }: InvoiceWork,
  what: 'changed' | 'finalized' | 'voided' | 'collected',
  earlier: ReturnType<typeof toldOf>,
): void {
  const change = describeChange(earlier, toldOf(invoice), ['status', 'subtotal', 'total']);
  const details = { total: invoice.totalMinor, currency: invoice.currency, ...change };
  writeAudit(work, `invoice.${what}`, invoice.id, details);
  writeTimeline(work, `invoice_${what}`, { invoice_id: invoice.id, amount: invoice.totalMinor });
}
