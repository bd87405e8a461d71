import { describe, expect, it } from 'vitest';
import { formatMoney, isCurrency, minorUnitDigits } from './currency.ts';

describe('currency', () => {
  it.each(['USD', 'EUR', 'JPY', 'KWD', 'NPR', 'XOF'])('knows %s', (code) => {
    expect(isCurrency(code)).toBe(true);
  });

  it.each(['usd', '', 'XXX', 'XAU', 'DEM', 'US', 'USD EUR', '__proto__'])('refuses %j', (code) => {
    expect(isCurrency(code)).toBe(false);
  });

  it.each([
    ['USD', 2],
    ['JPY', 0],
    ['UGX', 0],
    ['KWD', 3],
    ['TND', 3],
  ])('%s has %i digits after the point', (code, digits) => {
    expect(minorUnitDigits(code)).toBe(digits);
  });

  it('agrees with the digits the runtime knows, where they follow ISO 4217', () => {
    // Here CLDR follows cash habits (no minor units in daily use, or an own count) instead of the standard.
    const habits = 'AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR SOS SYP YER'.split(' ');
    for (const code of Intl.supportedValuesOf('currency').filter(
      (code) => isCurrency(code) && !habits.includes(code),
    )) {
      const format = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions();
      expect([code, minorUnitDigits(code)]).toEqual([code, format.maximumFractionDigits]);
    }
  });

  it('throws on an unknown code instead of guessing its digits', () => {
    expect(() => minorUnitDigits('XXX')).toThrow('currency XXX is unknown');
  });
});

describe('formatMoney', () => {
  it.each([
    [1999, 'USD', '19.99 USD'],
    [5, 'USD', '0.05 USD'],
    [-5, 'USD', '-0.05 USD'],
    [0, 'EUR', '0.00 EUR'],
    [500, 'JPY', '500 JPY'],
    [0, 'JPY', '0 JPY'],
    [1234567, 'KWD', '1234.567 KWD'],
    [Number.MAX_SAFE_INTEGER, 'USD', '90071992547409.91 USD'],
  ])('%i %s reads %s', (amountMinor, currency, text) => {
    expect(formatMoney(amountMinor, currency)).toBe(text);
  });

  it('refuses a fraction of a minor unit', () => {
    expect(() => formatMoney(0.5, 'USD')).toThrow('not an amount');
  });
});
