import type { TenantSettings } from '../../db/queries/load-subscription.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SettledLines } from '../../domain/invoices/apply-credit-balance.ts';
import type { InvoiceLine } from '../../domain/invoices/invoice-line.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import { addMinor, multiplyMinor } from '../../domain/money/money.ts';
import { amountLimitOf } from '../collection/amount-limit.ts';

export interface ManualLine {
  description: string;
  /** Of one unit. */
  amountMinor: number;
  quantity: number;
}

/** What any invoice may be over: far below what a sum of amounts can hold exactly. */
const platformMaxMinor = 9_999_999_999;

/** The lines with their total; refused above the tenant's limit. */
export function manualLines(
  lines: readonly ManualLine[],
  currency: string,
  settings: TenantSettings,
): Omit<SettledLines, 'creditBalanceAfterMinor'> {
  const billed = lines.map(
    ({ description, amountMinor, quantity }): InvoiceLine => ({
      ...{ kind: 'manual', description, quantity, unitAmountMinor: amountMinor },
      ...{ amountMinor: multiplyMinor(amountMinor, quantity), startsAt: null, endsAt: null },
    }),
  );
  const maxMinor = Math.min(platformMaxMinor, amountLimitOf(settings, currency) ?? platformMaxMinor);
  // Each line first: what is within is summed exactly.
  const isOver =
    billed.some(({ amountMinor }) => amountMinor > maxMinor) ||
    addMinor(...billed.map(({ amountMinor }) => amountMinor)) > maxMinor;
  if (isOver) {
    const message = `An invoice may be over ${formatMoney(maxMinor, currency)} at most.`;
    throw new DomainError('amount_over_limit', message, { field: 'lines', limit: maxMinor });
  }
  const totalMinor = addMinor(...billed.map(({ amountMinor }) => amountMinor));
  return { lines: billed, subtotalMinor: totalMinor, totalMinor };
}
