import { describe, expect, it } from 'vitest';
import { isCurrency } from '../../../domain/money/currency.ts';
import { fromStripeAmount, stripeCurrencies, toStripeAmount } from './currency.ts';

/** Ours (ISO 4217 minor units) and Stripe's integer of the same money. */
const table: [string, string, number, number][] = [
  ['two digits at both', 'USD', 1999, 1999],
  ['no digits at both', 'JPY', 500, 500],
  ['three digits at both, the last one 0', 'KWD', 5120, 5120],
  ['ISK: none by ISO, two at Stripe', 'ISK', 5, 500],
  ['UGX: none by ISO, two at Stripe', 'UGX', 5, 500],
  ['MGA: two by ISO, none at Stripe', 'MGA', 70_000, 700],
  ['HUF: two, whole only in payouts', 'HUF', 1045, 1045],
  ['TWD: two, whole only in payouts', 'TWD', 80_045, 80_045],
  ['CLP: none at both', 'CLP', 990, 990],
];

describe("Stripe's amounts", () => {
  it.each(table)('%s: both ways', (_name, currency, amountMinor, amount) => {
    expect(toStripeAmount(amountMinor, currency)).toBe(amount);
    expect(fromStripeAmount(amount, currency.toLowerCase())).toEqual({ amountMinor, currency });
  });

  const refused: [string, string, number, string][] = [
    ['a dinar amount that ends in no 0', 'KWD', 5124, 'amount_not_representable'],
    ['half an ariary', 'MGA', 50, 'amount_not_representable'],
    ['more than an integer can say', 'ISK', Number.MAX_SAFE_INTEGER, 'amount_not_representable'],
    ['a currency Stripe does not take', 'IRR', 100, 'currency_not_supported'],
    ['a three-digit currency Stripe does not take', 'IQD', 1000, 'currency_not_supported'],
  ];
  it.each(refused)('refuses %s instead of rounding it', (_name, currency, amountMinor, code) => {
    expect(() => toStripeAmount(amountMinor, currency)).toThrow(expect.objectContaining({ kind: 'rejected', code }));
  });

  it.each([
    ['isk', 550],
    ['ugx', 1],
    ['xxx', 100],
  ])('does not guess what %s %d is', (currency, amount) => {
    expect(() => fromStripeAmount(amount, currency)).toThrow(expect.objectContaining({ kind: 'unknown' }));
  });

  it('brings every currency back as it was, in amounts Stripe can express', () => {
    for (const currency of stripeCurrencies) {
      expect(isCurrency(currency), currency).toBe(true);
      const amountMinor = 123_000;
      expect(fromStripeAmount(toStripeAmount(amountMinor, currency), currency.toLowerCase())).toEqual({
        amountMinor,
        currency,
      });
    }
  });
});
