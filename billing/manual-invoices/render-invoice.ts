import type { InvoiceBody } from '../../contracts/rest/invoices.ts';
import type { InvoiceWithLines, StoredLine } from '../../db/queries/invoices.ts';
import { type Instant, toIso } from '../../domain/instant.ts';

const isoOrNull = (at: Instant | null) => (at === null ? null : toIso(at));

export function renderInvoice(invoice: InvoiceWithLines): InvoiceBody {
  return {
    invoice_id: invoice.id,
    number: invoice.number,
    kind: invoice.kind,
    status: invoice.status,
    customer_id: invoice.customerId,
    subscription_id: invoice.subscriptionId,
    period_start: isoOrNull(invoice.periodStartAt),
    period_end: isoOrNull(invoice.periodEndAt),
    subtotal: invoice.subtotalMinor,
    total: invoice.totalMinor,
    amount_paid: invoice.amountPaidMinor,
    currency: invoice.currency,
    memo: invoice.memo,
    lines: invoice.lines.map(renderLine),
    created_at: toIso(invoice.createdAt),
    finalized_at: isoOrNull(invoice.finalizedAt),
    paid_at: isoOrNull(invoice.paidAt),
    voided_at: isoOrNull(invoice.voidedAt),
  };
}

function renderLine(line: StoredLine): InvoiceBody['lines'][number] {
  return {
    kind: line.kind,
    description: line.description,
    quantity: line.quantity,
    unit_amount: line.unitAmountMinor,
    amount: line.amountMinor,
    period_start: isoOrNull(line.startsAt),
    period_end: isoOrNull(line.endsAt),
  };
}
