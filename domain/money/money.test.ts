import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMinor, allocate, assertMinor, multiplyMinor, scaleMinor, shareOf } from './money.ts';

const amount = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
const duration = fc.integer({ min: 1, max: 400 * 86_400_000 });

describe('amounts in minor units', () => {
  it.each([0.1, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER + 1])('refuses %d', (value) => {
    expect(() => assertMinor(value)).toThrow('invariant broken');
  });

  it('adds, and sums nothing to 0', () => {
    expect(addMinor(1999, -500, 1)).toBe(1500);
    expect(addMinor()).toBe(0);
  });

  it('refuses a sum or product that leaves the safe integers', () => {
    expect(() => addMinor(Number.MAX_SAFE_INTEGER, 1)).toThrow('not an amount');
    expect(() => multiplyMinor(Number.MAX_SAFE_INTEGER, 2)).toThrow('not an amount');
  });

  it('never yields a negative zero', () => {
    expect(Object.is(multiplyMinor(-5, 0), 0)).toBe(true);
    expect(Object.is(shareOf(-5, 0, 10), 0)).toBe(true);
    expect(Object.is(addMinor(5, -5), 0)).toBe(true);
  });
});

describe('shareOf', () => {
  it.each([
    ['a third', 1000, 1, 3, 333],
    ['two thirds', 1000, 2, 3, 667],
    ['a half rounds away from zero', 1, 1, 2, 1],
    ['a negative half rounds away from zero', -1, 1, 2, -1],
    ['more than the whole is the whole', 1000, 5, 3, 1000],
    ['less than nothing is nothing', 1000, -1, 3, 0],
    [
      'a product beyond the safe integers stays exact',
      9_007_199_254_740_991,
      1_000_000_007,
      1_000_000_007,
      9_007_199_254_740_991,
    ],
  ])('%s', (_name, amountMinor, part, whole, share) => {
    expect(shareOf(amountMinor, part, whole)).toBe(share);
  });

  it('a stretched part scales beyond the amount', () => {
    expect(scaleMinor(1000, { part: 3, whole: 2 })).toBe(1500);
  });

  it('refuses a whole of nothing', () => {
    expect(() => shareOf(1000, 0, 0)).toThrow('not a ratio');
  });

  it('a share and the rest differ from the whole by one unit of rounding at most, and neither exceeds it', () => {
    fc.assert(
      fc.property(amount, duration, fc.nat({ max: 1_000 }), (amountMinor, whole, permille) => {
        const part = Math.floor((whole * permille) / 1_000);
        const share = shareOf(amountMinor, part, whole);
        const rest = shareOf(amountMinor, whole - part, whole);
        expect(Math.abs(share + rest - amountMinor)).toBeLessThanOrEqual(1);
        expect(Math.abs(share)).toBeLessThanOrEqual(Math.abs(amountMinor));
      }),
    );
  });
});

describe('allocate', () => {
  it.each([
    ['thirds: the first gets the odd unit', 100, [1, 1, 1], [34, 33, 33]],
    ['the largest remainder gets it', 10, [1, 2, 4], [1, 3, 6]],
    ['a negative total splits like its opposite', -100, [1, 1, 1], [-34, -33, -33]],
    ['a weight of 0 gets nothing', 5, [0, 1, 0, 1], [0, 3, 0, 2]],
    ['nothing to split', 0, [3, 4], [0, 0]],
  ])('%s', (_name, total, weights, parts) => {
    expect(allocate(total, weights)).toEqual(parts);
  });

  it.each([[[]], [[0, 0]], [[1, -1, 1]], [[0.5]]])('refuses the weights %j', (weights) => {
    expect(() => allocate(100, weights)).toThrow('invariant broken');
  });

  it('parts sum to the whole, and each is within one unit of its exact share', () => {
    const weights = fc.array(fc.nat({ max: 10_000_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(amount, weights, (total, weights) => {
        fc.pre(weights.some((weight) => weight > 0));
        const parts = allocate(total, weights);
        const weightSum = addMinor(...weights);
        expect(addMinor(...parts)).toBe(total);
        parts.forEach((part, index) => {
          const exact = (BigInt(total) * BigInt(weights[index] ?? 0)) / BigInt(weightSum);
          expect(Math.abs(part - Number(exact))).toBeLessThanOrEqual(1);
        });
      }),
    );
  });
});
