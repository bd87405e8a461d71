import type { Instant } from '../instant.ts';
import { invariant } from '../invariant.ts';
import type { InvoiceLine } from '../invoices/invoice-line.ts';
import { shareOf } from '../money/money.ts';
import type { PaidBasis } from '../subscriptions/subscription.ts';

export type ProrationMode = 'next_invoice' | 'invoice_now' | 'none';

/**
 * A change of money within a period, as a plan (design §5). With `invoiceNow` set, everything else holds from the moment that invoice
 * is paid; otherwise at once. `netMinor` > 0: the customer owes it, now or with the next invoice; < 0: it became credit balance.
 */
export interface ProrationPlan {
  pendingAfter: InvoiceLine[];
  invoiceNow: InvoiceLine[] | null;
  creditBalanceDeltaMinor: number;
  basisAfter: PaidBasis | null;
  netMinor: number;
}

/** What of a paid basis lies in `[startsAt, endsAt)`, by the share of time. */
export function paidShare(basis: PaidBasis | null, startsAt: Instant, endsAt: Instant): number {
  if (basis === null || basis.endsAt <= basis.startsAt) return 0;
  const part = Math.min(endsAt, basis.endsAt) - Math.max(startsAt, basis.startsAt);
  return shareOf(basis.amountMinor, part, basis.endsAt - basis.startsAt);
}

/** Un-invoiced lines cut off at `at`: what is left of each is its share of the time until then; a line that starts later is dropped. */
export function truncateLines(lines: readonly InvoiceLine[], at: Instant): InvoiceLine[] {
  return lines.flatMap((line) => {
    invariant(line.startsAt !== null && line.endsAt !== null, 'a pending proration line has its time');
    if (line.startsAt >= at) return [];
    if (line.endsAt <= at) return [line];
    const amountMinor = shareOf(line.amountMinor, at - line.startsAt, line.endsAt - line.startsAt);
    return [{ ...line, unitAmountMinor: amountMinor, amountMinor, endsAt: at }];
  });
}

export function prorationLine(
  line: Pick<InvoiceLine, 'kind' | 'description' | 'amountMinor' | 'startsAt' | 'endsAt'>,
): InvoiceLine {
  return { ...line, quantity: 1, unitAmountMinor: line.amountMinor };
}
