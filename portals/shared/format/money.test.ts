import { describe, expect, it } from 'vitest';
import { formatMoney, formatSignedMoney, majorText, parseMoney } from './money.ts';

describe('amounts as people write them', () => {
  it.each([
    [1999, 'USD', 'en', '$19.99'],
    [1999, 'EUR', 'de', '19,99\u00a0€'],
    [500, 'JPY', 'en', '¥500'],
    [1500, 'KWD', 'en', 'KWD\u00a01.500'],
    [-250, 'EUR', 'en', '-€2.50'],
    [12_345, 'IDR', 'en', 'IDR\u00a0123.45'],
  ])('%i of %s in %s', (amountMinor, currency, language, text) => {
    expect(formatMoney(amountMinor, currency, language)).toBe(text);
  });
});

it.each([
  [250, '+€2.50'],
  [0, '€0.00'],
  [-250, '-€2.50'],
])('a difference of %i says which way it goes', (amountMinor, text) => {
  expect(formatSignedMoney(amountMinor, 'EUR', 'en')).toBe(text);
});

describe('amounts as they are typed', () => {
  it.each([
    ['19.99', 'USD', 1999],
    ['19,9', 'EUR', 1990],
    ['19', 'EUR', 1900],
    ['500', 'JPY', 500],
    ['1.005', 'KWD', 1005],
    ['0.07', 'USD', 7],
  ])('%s of %s', (text, currency, minor) => {
    expect(parseMoney(text, currency)).toBe(minor);
  });

  it.each([
    ['19.999', 'USD'],
    ['5.0', 'JPY'],
    ['-1', 'USD'],
    ['1e3', 'USD'],
    ['', 'USD'],
    ['1.000,00', 'EUR'],
  ])('%j of %s is none', (text, currency) => {
    expect(parseMoney(text, currency)).toBeNull();
  });

  it.each([
    [1999, 'USD'],
    [7, 'EUR'],
    [500, 'JPY'],
    [1005, 'KWD'],
  ])('%i of %s comes back from its field', (amountMinor, currency) => {
    expect(parseMoney(majorText(amountMinor, currency), currency)).toBe(amountMinor);
  });
});
