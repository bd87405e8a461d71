import { describe, expect, it } from 'vitest';
import { type DraftLine, isCurrency, readLine, readLines, totalOf } from './draft-lines.ts';

const line: DraftLine = { key: 0, description: ' Set-up ', amount: '50.00', quantity: '2' };

it.each<[string, boolean]>([
  ['EUR', true],
  ['EU1', false],
  ['EU', false],
  ['EÜR', false],
  ['eur', false],
  ['', false],
])('%s is a currency amounts are written in: %s', (text, expected) => {
  expect(isCurrency(text)).toBe(expected);
});

describe('a line of a draft', () => {
  it('is read in minor units of its currency', () => {
    expect(readLine(line, 'EUR')).toEqual({ description: 'Set-up', amount: 5_000, quantity: 2 });
    expect(readLine({ ...line, amount: '50' }, 'JPY')).toEqual({ description: 'Set-up', amount: 50, quantity: 2 });
  });

  it.each<[string, Partial<DraftLine>]>([
    ['no description', { description: '  ' }],
    ['no amount', { amount: '' }],
    ['nothing to pay', { amount: '0' }],
    ['a negative amount', { amount: '-5' }],
    ['too many digits', { amount: '5.001' }],
    ['no quantity', { quantity: '' }],
    ['half a quantity', { quantity: '1.5' }],
    ['none of it', { quantity: '0' }],
    ['more than can be billed', { quantity: '100001' }],
  ])('with %s is none yet', (_name, changed) => {
    expect(readLine({ ...line, ...changed }, 'EUR')).toBeNull();
    expect(readLines([line, { ...line, ...changed }], 'EUR')).toBeNull();
  });

  it('adds up with the others', () => {
    expect(totalOf(readLines([line, { ...line, amount: '0.01', quantity: '1' }], 'EUR') ?? [])).toBe(10_001);
  });
});
