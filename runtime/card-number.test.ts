import { describe, expect, it } from 'vitest';
import { containsCardNumber, scrubCardNumbers } from './card-number.ts';

describe('card-like numbers', () => {
  it.each([
    ['Visa', '4242424242424242'],
    ['Visa with spaces', 'card 4242 4242 4242 4242 please'],
    ['Visa with dashes', '4242-4242-4242-4242'],
    ['Visa after another number', 'ref 12 4242 4242 4242 4242'],
    ['old Visa of 13 digits', '4222222222222'],
    ['Mastercard', '5555555555554444'],
    ['Mastercard, 2-series', '2223003122003222'],
    ['American Express', '3782 822463 10005'],
    ['Discover', '6011111111111117'],
    ['Diners Club', '30569309025904'],
    ['JCB', '3530111333300000'],
    ['UnionPay', '6205500000000000004'],
    ['in punctuation', 'number:(4242424242424242).'],
  ])('finds %s', (_name, text) => {
    expect(containsCardNumber(text)).toBe(true);
    expect(containsCardNumber(scrubCardNumbers(text))).toBe(false);
  });

  it.each([
    ['a wrong Luhn digit', '4242424242424241'],
    ['a wrong length for the brand', '424242424242424'],
    ['an unknown prefix', '9999999999999995'],
    ['an id', 'sub_4242424242424242'],
    ['a longer token', 'x4242424242424242'],
    ['a longer number', '42424242424242424242424242'],
    ['a UUID', '41111111-1111-4111-8111-111111111111'],
    ['a timestamp in milliseconds', '1795459200000'],
    ['a dash-joined order number', 'ORD-4242424242424242'],
  ])('leaves %s alone', (_name, text) => {
    expect(containsCardNumber(text)).toBe(false);
    expect(scrubCardNumbers(text)).toBe(text);
  });

  it('leaves scrubbed JSON readable, whether the digits were text or a number', () => {
    const line = JSON.stringify({
      amount: 4242424242424242,
      note: 'paid with 5555 5555 5555 4444',
      list: [4242424242424242],
    });
    expect(JSON.parse(scrubCardNumbers(line))).toEqual({
      amount: 0,
      note: 'paid with [card number removed]',
      list: [0],
    });
  });
});
