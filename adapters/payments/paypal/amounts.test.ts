import { describe, expect, it } from 'vitest';
import { fromPaypalMoney, paypalCurrencies, toPaypalMoney } from './amounts.ts';

describe("PayPal's decimal strings", () => {
  it.each([
    [1999, 'USD', '19.99'],
    [5, 'EUR', '0.05'],
    [100, 'GBP', '1.00'],
    [500, 'JPY', '500'],
    [1, 'JPY', '1'],
    [120_000, 'HUF', '1200'],
    [99_900, 'TWD', '999'],
  ])('%i minor units of %s are %s, and back', (amountMinor, currency, value) => {
    expect(toPaypalMoney(amountMinor, currency)).toEqual({ currencyCode: currency, value });
    expect(fromPaypalMoney({ currencyCode: currency, value })).toEqual({ amountMinor, currency });
  });

  it.each(paypalCurrencies.map((currency) => [currency]))('%s comes back as it went', (currency) => {
    const money = toPaypalMoney(123_400, currency);
    expect(fromPaypalMoney(money)).toEqual({ amountMinor: 123_400, currency });
  });

  it.each([
    [1050, 'HUF', 'unsupported_amount'],
    [1, 'TWD', 'unsupported_amount'],
    [1000, 'KWD', 'unsupported_currency'],
    [1000, 'INR', 'unsupported_currency'],
    [1000, 'usd', 'unsupported_currency'],
  ])('refuses %i of %s before anything is sent', (amountMinor, currency, code) => {
    expect(() => toPaypalMoney(amountMinor, currency)).toThrow(expect.objectContaining({ kind: 'rejected', code }));
  });

  it.each([
    ['USD', '19.9', 1990],
    ['USD', '19', 1900],
    ['USD', '19.9900', 1999],
    ['USD', '-5.00', -500],
    ['USD', '-0.00', 0],
    ['HUF', '1200', 120_000],
  ])('reads %s %s', (currencyCode, value, amountMinor) => {
    expect(fromPaypalMoney({ currencyCode, value }).amountMinor).toBe(amountMinor);
  });

  it.each([
    ['USD', '19.999'],
    ['JPY', '1.5'],
    ['USD', '1e3'],
    ['USD', ''],
    ['XXX', '1.00'],
  ])('calls %s %s no amount instead of rounding it', (currencyCode, value) => {
    expect(() => fromPaypalMoney({ currencyCode, value })).toThrow(
      expect.objectContaining({ code: 'unreadable_answer' }),
    );
  });
});
