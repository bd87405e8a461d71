import { type Cell, csvOf } from '../../shared/format/csv.ts';
import { majorText } from '../../shared/format/money.ts';
import type { Reconciliation } from '../../shared/rest/types.ts';

/** Amounts in major units with a point, as spreadsheets and accountants' programs read them. */
const major = (amountMinor: number, currency: string): number => Number(majorText(amountMinor, currency));

export function sumsCsv({ provider, created_from, covered_to, currencies }: Reconciliation): string {
  const header = ['provider', 'from', 'to', 'currency', 'side', 'charges', 'amount', 'refunded'];
  const rows = currencies.flatMap(({ currency, at_provider, with_us, matched }) =>
    Object.entries({ at_provider, with_us, matched }).map(([side, { count, amount, refunded }]): Cell[] => [
      ...[provider, created_from, covered_to, currency, side],
      ...[count, major(amount, currency), major(refunded, currency)],
    ]),
  );
  return csvOf(header, rows);
}

/** One line for each charge at the provider, and one where there is none. */
export function differencesCsv({ provider, differences }: Reconciliation): string {
  const header = [
    ...['provider', 'difference', 'at', 'attempt_id', 'payment_id', 'customer_id', 'status_with_us'],
    ...['charge_with_us', 'currency_with_us', 'amount_with_us', 'refunded_with_us'],
    ...['charge_at_provider', 'currency_at_provider', 'amount_at_provider', 'refunded_at_provider'],
  ];
  const rows = differences.flatMap(({ kind, at, attempt_id, payment_id, customer_id, with_us, at_provider }) => {
    const ours: Cell[] =
      with_us === null
        ? [null, null, null, null, null]
        : [
            ...[with_us.status, with_us.provider_charge_id, with_us.currency],
            ...[major(with_us.amount, with_us.currency), major(with_us.refunded, with_us.currency)],
          ];
    const theirs: Cell[][] = at_provider.map((charge) => [
      ...[charge.provider_charge_id, charge.currency],
      ...[major(charge.amount, charge.currency), major(charge.refunded, charge.currency)],
    ]);
    const sides = theirs.length === 0 ? [[null, null, null, null]] : theirs;
    return sides.map((side): Cell[] => [
      ...[provider, kind, at, attempt_id, payment_id, customer_id],
      ...ours,
      ...side,
    ]);
  });
  return csvOf(header, rows);
}
