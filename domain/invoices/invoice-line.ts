import type { Instant } from '../instant.ts';
import { addMinor } from '../money/money.ts';

export type InvoiceLineKind =
  | 'period'
  | 'proration_credit'
  | 'proration_debit'
  | 'credit_balance'
  | 'carried_to_balance'
  | 'manual';

/** One line; an invoice's total is always the sum of its lines' `amountMinor`. */
export interface InvoiceLine {
  kind: InvoiceLineKind;
  description: string;
  quantity: number;
  unitAmountMinor: number;
  /** Signed; unit × quantity, except where a share of it is billed. */
  amountMinor: number;
  /** The time it bills, `[startsAt, endsAt)`; null where a line is about none. */
  startsAt: Instant | null;
  endsAt: Instant | null;
}

export function totalOf(lines: readonly InvoiceLine[]): number {
  return addMinor(...lines.map((line) => line.amountMinor));
}
