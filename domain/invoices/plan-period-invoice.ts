import type { Instant } from '../instant.ts';
import { invariant } from '../invariant.ts';
import { shareOf } from '../money/money.ts';
import { amountFor, type Price } from '../pricing/price.ts';
import type { PaidBasis } from '../subscriptions/subscription.ts';
import { applyCreditBalance, type SettledLines } from './apply-credit-balance.ts';
import type { InvoiceLine } from './invoice-line.ts';

export interface PeriodToInvoice {
  planName: string;
  price: Price;
  quantity: number;
  periodStartAt: Instant;
  periodEndAt: Instant;
  /** Prorations of the period before that wait for this invoice. */
  pendingLines: readonly InvoiceLine[];
  creditBalanceMinor: number;
  /** Set where the period is shorter than a full one and billed by its share. */
  shareOfFull?: { part: number; whole: number };
}

/** `basis` is in force once the invoice is paid. */
export interface PeriodInvoice extends SettledLines {
  basis: PaidBasis;
}

/** The invoice of one period (R26, R32), billed in advance: the period, pending prorations, then what the credit balance pays. */
export function planPeriodInvoice(period: PeriodToInvoice): PeriodInvoice {
  const { price, quantity, periodStartAt, periodEndAt, shareOfFull } = period;
  invariant(periodStartAt < periodEndAt, `a period ends after it starts: ${periodStartAt}, ${periodEndAt}`);
  const fullAmountMinor = amountFor(price, quantity);
  const amountMinor = shareOfFull ? shareOf(fullAmountMinor, shareOfFull.part, shareOfFull.whole) : fullAmountMinor;
  const line: InvoiceLine = {
    kind: 'period',
    description: period.planName,
    quantity,
    unitAmountMinor: price.amountMinor,
    amountMinor,
    startsAt: periodStartAt,
    endsAt: periodEndAt,
  };
  const settled = applyCreditBalance([line, ...period.pendingLines], period.creditBalanceMinor);
  return { ...settled, basis: { amountMinor, startsAt: periodStartAt, endsAt: periodEndAt } };
}
