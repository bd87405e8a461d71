import { newId } from '../../db/new-id.ts';
import { listCreditableLines } from '../../db/queries/refunds.ts';
import { addMinor } from '../../domain/money/money.ts';
import { creditNoteLines } from '../../domain/refunds/credit-note-lines.ts';
import { businessNow, type SubscriptionWork } from '../subscription-work/subscription-work.ts';
import type { CarriedRefund } from './refund-step.ts';

/**
 * The document behind a refund that is done; its gap-free number is taken when the transaction settles. It never credits more than is
 * left of the lines: what goes back beyond what was captured has none. Should the refund fail afterwards, the note is void.
 */
export async function writeCreditNote(
  work: SubscriptionWork,
  { refund, attempt, payment }: CarriedRefund,
): Promise<void> {
  const { invoiceId } = payment;
  const billed = await listCreditableLines(work.tx, { invoiceId, attempt });
  const leftMinor = addMinor(...billed.map((line) => line.amountMinor - line.creditedMinor));
  const totalMinor = Math.min(refund.amountMinor, leftMinor);
  if (totalMinor <= 0) return;
  const lines = creditNoteLines(totalMinor, billed);
  work.creditNotes.push({
    row: {
      ...{ tenantId: refund.tenantId, id: newId('creditNote'), number: 0, invoiceId, refundId: refund.id },
      ...{ customerId: payment.customerId, currency: refund.currency, totalMinor },
      ...{ reason: refund.note ?? refund.reason, createdAt: businessNow(work) },
    },
    lines: lines.map((line, position) => ({ position, ...line })),
  });
}
