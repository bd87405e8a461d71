import { newId } from '../../db/new-id.ts';
import { listCreditableLines } from '../../db/queries/refunds.ts';
import { creditNoteLines } from '../../domain/refunds/credit-note-lines.ts';
import { businessNow, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import type { CarriedRefund } from './refund-step.ts';

/** The document behind a refund that is done; its gap-free number is taken when the transaction settles. */
export async function writeCreditNote(
  work: SubscriptionWork,
  { refund, attempt, payment }: CarriedRefund,
): Promise<void> {
  const { invoiceId } = payment;
  const billed = await listCreditableLines(work.tx, { invoiceId, attempt });
  const lines = creditNoteLines(refund.amountMinor, billed);
  work.creditNotes.push({
    row: {
      ...{ tenantId: refund.tenantId, id: newId('creditNote'), number: 0, invoiceId, refundId: refund.id },
      ...{ customerId: payment.customerId, currency: refund.currency, totalMinor: refund.amountMinor },
      ...{ reason: refund.note ?? refund.reason, createdAt: businessNow(work) },
    },
    lines: lines.map((line, position) => ({ position, ...line })),
  });
}
