import { invariant } from '../invariant.ts';
import { addMinor } from '../money/money.ts';

export interface CreditableLine {
  position: number;
  description: string;
  /** Signed, as the invoice bills it. */
  amountMinor: number;
  /** Of it, what earlier credit notes gave back; signed like it. */
  creditedMinor: number;
}

export interface CreditNoteLine {
  /** Of the invoice's line it gives back a share of. */
  invoiceLinePosition: number;
  description: string;
  amountMinor: number;
}

/**
 * R42. What a refund gives back of each line: in proportion to what is left of it (largest remainder; among equals the earlier
 * line), so that the parts are the amount exactly and all notes together never exceed a line. Lines without a share are left out.
 */
export function creditNoteLines(amountMinor: number, lines: readonly CreditableLine[]): CreditNoteLine[] {
  const left = lines.map((line) => line.amountMinor - line.creditedMinor);
  const leftMinor = BigInt(addMinor(...left));
  invariant(amountMinor > 0 && BigInt(amountMinor) <= leftMinor, 'a credit note gives back what is left at most');
  const shares = left.map((lineMinor, index) => {
    const exact = BigInt(lineMinor) * BigInt(amountMinor);
    // Rounded down, also below zero: what is missing is then always positive.
    const remainder = ((exact % leftMinor) + leftMinor) % leftMinor;
    return { index, whole: (exact - remainder) / leftMinor, remainder };
  });
  let missing = BigInt(amountMinor) - shares.reduce((sum, { whole }) => sum + whole, 0n);
  const byRemainder = shares.toSorted((a, b) => Number(b.remainder > a.remainder) - Number(b.remainder < a.remainder));
  for (const share of byRemainder) {
    if (missing === 0n) break;
    share.whole += 1n;
    missing -= 1n;
  }
  return lines.flatMap(({ position, description }, index) => {
    const share = Number(shares[index]?.whole ?? 0n);
    return share === 0 ? [] : [{ invoiceLinePosition: position, description, amountMinor: share }];
  });
}
