import { type InvoiceLine, totalOf } from './invoice-line.ts';

/** Lines as they are issued; `totalMinor` = Σ lines >= 0, `subtotalMinor` = Σ before the balance had its part. */
export interface SettledLines {
  lines: InvoiceLine[];
  subtotalMinor: number;
  totalMinor: number;
  creditBalanceAfterMinor: number;
}

function balanceLine(kind: 'credit_balance' | 'carried_to_balance', amountMinor: number): InvoiceLine {
  const description = kind === 'credit_balance' ? 'Paid from credit balance' : 'Carried to credit balance';
  return { kind, description, quantity: 1, unitAmountMinor: amountMinor, amountMinor, startsAt: null, endsAt: null };
}

/** The credit balance pays what it can; what an invoice owes the customer is carried to the balance, so no total is negative. */
export function applyCreditBalance(lines: readonly InvoiceLine[], creditBalanceMinor: number): SettledLines {
  const subtotalMinor = totalOf(lines);
  if (subtotalMinor < 0) {
    return {
      lines: [...lines, balanceLine('carried_to_balance', -subtotalMinor)],
      subtotalMinor,
      totalMinor: 0,
      creditBalanceAfterMinor: creditBalanceMinor - subtotalMinor,
    };
  }
  const usedMinor = Math.min(creditBalanceMinor, subtotalMinor);
  if (usedMinor <= 0) {
    return { lines: [...lines], subtotalMinor, totalMinor: subtotalMinor, creditBalanceAfterMinor: creditBalanceMinor };
  }
  return {
    lines: [...lines, balanceLine('credit_balance', -usedMinor)],
    subtotalMinor,
    totalMinor: subtotalMinor - usedMinor,
    creditBalanceAfterMinor: creditBalanceMinor - usedMinor,
  };
}
