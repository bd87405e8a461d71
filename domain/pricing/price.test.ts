import { expect, it } from 'vitest';
import { amountFor } from './price.ts';

it.each([
  ['a flat price ignores the quantity', 'flat', 1999, 7, 1999],
  ['a per-unit price multiplies by it', 'per_unit', 1999, 7, 13_993],
  ['a free price stays free', 'per_unit', 0, 7, 0],
] as const)('%s', (_name, model, amountMinor, quantity, amount) => {
  expect(amountFor({ model, amountMinor }, quantity)).toBe(amount);
});

it.each([0, -1, 1.5])('refuses a quantity of %d', (quantity) => {
  expect(() => amountFor({ model: 'flat', amountMinor: 1 }, quantity)).toThrow('is no quantity');
});
