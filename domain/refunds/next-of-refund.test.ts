import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NEVER } from '../instant.ts';
import { isReserving, nextOfRefund, outranksRefund, type RefundStatus } from './next-of-refund.ts';

it.each<[RefundStatus, boolean, string, number]>([
  ['requested', false, 'send_refund', 100],
  ['requested', true, 'none', NEVER],
  ['sent', false, 'send_refund', 200],
  ['sent', true, 'none', NEVER],
  ['unknown', false, 'send_refund', 300],
  ['unknown', true, 'none', NEVER],
  ['pending', false, 'send_refund', 300],
  ['needs_review', false, 'none', NEVER],
  ['succeeded', false, 'none', NEVER],
  ['rejected', false, 'none', NEVER],
  ['failed', false, 'none', NEVER],
])('of a refund that is %s (parked: %s) comes %s', (status, isParked, kind, at) => {
  expect(nextOfRefund({ status, createdAt: 100, leaseUntil: 200, resolveAt: 300 }, isParked)).toEqual({ kind, at });
});

const ends: RefundStatus[] = ['rejected', 'succeeded', 'failed'];

it('moves upwards alone once it is decided', () => {
  const told: RefundStatus[] = ['unknown', 'pending', 'needs_review', ...ends];
  const moves = ends.flatMap((from) => told.filter((to) => outranksRefund(from, to)).map((to) => [from, to]));
  expect(moves).toEqual([
    ['rejected', 'succeeded'],
    ['rejected', 'failed'],
    ['succeeded', 'failed'],
  ]);
  for (const to of told) expect(outranksRefund('sent', to)).toBe(true);
});

it('comes to one end in whatever order, and however often, its ends are told', () => {
  const told = fc.array(fc.constantFrom<RefundStatus>('pending', ...ends), { maxLength: 6 });
  const endOf = (words: readonly RefundStatus[]): RefundStatus =>
    words.reduce((current, word) => (outranksRefund(current, word) ? word : current), 'sent' as RefundStatus);
  const orders = told.chain((words) =>
    fc.tuple(fc.constant(words), fc.shuffledSubarray(words, { minLength: words.length })),
  );
  fc.assert(
    fc.property(orders, ([words, shuffled]) => {
      expect(endOf([...shuffled, ...shuffled])).toBe(endOf(words));
    }),
  );
});

it.each<[RefundStatus, boolean]>([
  ['requested', true],
  ['needs_review', true],
  ['succeeded', true],
  ['rejected', false],
  ['failed', false],
])('reserves its amount when it is %s: %s', (status, expected) => {
  expect(isReserving(status)).toBe(expected);
});
