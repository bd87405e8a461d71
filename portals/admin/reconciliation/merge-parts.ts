import type { Reconciliation } from '../../shared/rest/types.ts';

type Currency = Reconciliation['currencies'][number];
type Sums = Currency['matched'];

const plus = (one: Sums, other: Sums): Sums => ({
  count: one.count + other.count,
  amount: one.amount + other.amount,
  refunded: one.refunded + other.refunded,
});

/** Two answers that follow one another in time, as one. */
export function mergeParts(earlier: Reconciliation | null, later: Reconciliation): Reconciliation {
  if (earlier === null) return later;
  const currencies = new Map(earlier.currencies.map((one) => [one.currency, one]));
  for (const one of later.currencies) {
    const known = currencies.get(one.currency);
    currencies.set(
      one.currency,
      known === undefined
        ? one
        : {
            currency: one.currency,
            at_provider: plus(known.at_provider, one.at_provider),
            with_us: plus(known.with_us, one.with_us),
            matched: plus(known.matched, one.matched),
          },
    );
  }
  return {
    ...later,
    created_from: earlier.created_from,
    currencies: [...currencies.values()].sort((one, other) => one.currency.localeCompare(other.currency)),
    looked_up: earlier.looked_up + later.looked_up,
    in_flight: earlier.in_flight + later.in_flight,
    differences: [...earlier.differences, ...later.differences],
  };
}
