import { expect, it } from 'vitest';
import type { Reconciliation } from '../../shared/rest/types.ts';
import { mergeParts } from './merge-parts.ts';

const sums = (count: number) => ({ count, amount: count * 100, refunded: count });
const currency = (name: string, count: number) => ({
  ...{ currency: name, at_provider: sums(count), with_us: sums(count), matched: sums(count) },
});

function part(from: string, to: string, currencies: Reconciliation['currencies']): Reconciliation {
  return {
    ...{ provider: 'sandbox', created_from: from, covered_to: to, next_from: to, currencies },
    ...{ looked_up: 1, in_flight: 2, differences: [] },
  };
}

it('parts of a range add up to the whole, currency by currency', () => {
  const first = part('2026-05-01', '2026-05-02', [currency('USD', 2)]);
  const second = part('2026-05-02', '2026-05-03', [currency('EUR', 1), currency('USD', 3)]);
  expect(mergeParts(mergeParts(null, first), second)).toEqual({
    ...{ provider: 'sandbox', created_from: '2026-05-01', covered_to: '2026-05-03', next_from: '2026-05-03' },
    currencies: [currency('EUR', 1), currency('USD', 5)],
    ...{ looked_up: 2, in_flight: 4, differences: [] },
  });
});
