import { toIso } from '../../domain/instant.ts';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';

export function renderLine(line: InvoiceLine) {
  return {
    kind: line.kind,
    description: line.description,
    quantity: line.quantity,
    unit_amount: line.unitAmountMinor,
    amount: line.amountMinor,
    period_start: line.startsAt === null ? null : toIso(line.startsAt),
    period_end: line.endsAt === null ? null : toIso(line.endsAt),
  };
}
