import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type DisputeStatus, outranksDispute, reservationOf } from './dispute.ts';

const statuses: DisputeStatus[] = ['open', 'won', 'lost'];

it('moves upwards alone: decided once it was open, and lost where it is told both ends', () => {
  const moves = statuses.flatMap((from) => statuses.filter((to) => outranksDispute(from, to)).map((to) => [from, to]));
  expect(moves).toEqual([
    ['open', 'won'],
    ['open', 'lost'],
    ['won', 'lost'],
  ]);
});

it('comes to one end in whatever order, and however often, it is told', () => {
  const told = fc.array(fc.constantFrom(...statuses), { maxLength: 6 });
  const endOf = (words: readonly DisputeStatus[]): DisputeStatus =>
    words.reduce((current, word) => (outranksDispute(current, word) ? word : current), 'open' as DisputeStatus);
  const orders = told.chain((words) =>
    fc.tuple(fc.constant(words), fc.shuffledSubarray(words, { minLength: words.length })),
  );
  fc.assert(
    fc.property(orders, ([words, shuffled]) => {
      expect(endOf([...shuffled, ...shuffled])).toBe(endOf(words));
    }),
  );
});

it.each([
  ['nothing without a dispute', [], 0, [0, 0]],
  ['what is claimed', [['open', 600]], 0, [600, 0]],
  ['no more than is left', [['open', 900]], 300, [700, 0]],
  ['nothing of what is won', [['won', 900]], 0, [0, 0]],
  [
    'what is lost before what is open',
    [
      ['open', 800],
      ['lost', 700],
    ],
    0,
    [300, 700],
  ],
  ['nothing of what has gone back', [['lost', 900]], 1_000, [0, 0]],
] as const)('reserves %s', (_what, disputes, refundedMinor, [heldMinor, lostMinor]) => {
  const claimed = disputes.map(([status, amountMinor]) => ({ status, amountMinor }));
  expect(reservationOf(claimed, { capturedMinor: 1_000, refundedMinor })).toEqual({ heldMinor, lostMinor });
});

it('never reserves more than was captured and is not going back, nor more than is claimed', () => {
  const dispute = fc.record({ status: fc.constantFrom(...statuses), amountMinor: fc.integer({ min: 1, max: 5_000 }) });
  const payment = fc
    .tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 5_000 }))
    .map(([one, other]) => ({ capturedMinor: Math.max(one, other), refundedMinor: Math.min(one, other) }));
  fc.assert(
    fc.property(fc.array(dispute, { maxLength: 5 }), payment, (disputes, of) => {
      const { heldMinor, lostMinor } = reservationOf(disputes, of);
      const live = disputes.filter(({ status }) => status !== 'won');
      const claimed = live.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      expect(heldMinor + lostMinor).toBe(Math.min(claimed, of.capturedMinor - of.refundedMinor));
      expect(Math.min(heldMinor, lostMinor)).toBeGreaterThanOrEqual(0);
    }),
  );
});
