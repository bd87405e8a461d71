import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CreditableLine, creditNoteLines } from './credit-note-lines.ts';

const lines = (...amounts: readonly [amountMinor: number, creditedMinor?: number][]): CreditableLine[] =>
  amounts.map(([amountMinor, creditedMinor = 0], position) => ({
    ...{ position, description: `line ${position}`, amountMinor, creditedMinor },
  }));
const amountsOf = (amountMinor: number, of: CreditableLine[]) =>
  creditNoteLines(amountMinor, of).map((line) => [line.invoiceLinePosition, line.amountMinor]);

describe('what a refund gives back of each line', () => {
  it.each<[string, number, CreditableLine[], number[][]]>([
    ['all of one line', 1_999, lines([1_999]), [[0, 1_999]]],
    ['a part of one line', 500, lines([1_999]), [[0, 500]]],
    [
      'in proportion',
      100,
      lines([300], [100]),
      [
        [0, 75],
        [1, 25],
      ],
    ],
    ['the odd unit to the earlier of equals', 1, lines([50], [50]), [[0, 1]]],
    [
      'three equal lines',
      100,
      lines([100], [100], [100]),
      [
        [0, 34],
        [1, 33],
        [2, 33],
      ],
    ],
    [
      'a credit with its charge',
      100,
      lines([300], [-100]),
      [
        [0, 150],
        [1, -50],
      ],
    ],
    ['what is left after an earlier note', 150, lines([100, 100], [150, 0]), [[1, 150]]],
    [
      'the rest to the last unit',
      67,
      lines([100, 34], [100, 99]),
      [
        [0, 66],
        [1, 1],
      ],
    ],
  ])('%s', (_name, amountMinor, of, expected) => {
    expect(amountsOf(amountMinor, of)).toEqual(expected);
  });

  it('is never more than is left', () => {
    expect(() => creditNoteLines(101, lines([100]))).toThrow('invariant');
    expect(() => creditNoteLines(0, lines([100]))).toThrow('invariant');
  });

  it('sums to the amount, and over all notes to each line, in whatever parts it is refunded', () => {
    const amounts = fc.array(fc.integer({ min: -50_000, max: 100_000 }), { minLength: 1, maxLength: 6 });
    const parts = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 });
    const property = fc.property(amounts, parts, (billed, shares) => {
      const total = billed.reduce((sum, amount) => sum + amount, 0);
      fc.pre(total > 0);
      const credited = billed.map(() => 0);
      let left = total;
      for (const share of [...shares, 1]) {
        if (left === 0) break;
        const amountMinor = Math.max(1, Math.floor(left * share));
        const note = creditNoteLines(
          amountMinor,
          lines(...billed.map((amount, index): [number, number] => [amount, credited[index] ?? 0])),
        );
        expect(note.reduce((sum, line) => sum + line.amountMinor, 0)).toBe(amountMinor);
        for (const { invoiceLinePosition: at, amountMinor: part } of note) credited[at] = (credited[at] ?? 0) + part;
        credited.forEach((part, index) => {
          expect(Math.abs(part)).toBeLessThanOrEqual(Math.abs(billed[index] ?? 0));
        });
        left -= amountMinor;
      }
      expect(credited).toEqual(billed);
    });
    fc.assert(property);
  });
});
