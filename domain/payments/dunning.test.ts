import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../instant.ts';
import { type DeclineKind, isRetryable } from './decline.ts';
import { type DunningPolicy, decideAfterDecline, defaultDunningPolicy, lastLadderAt } from './dunning.ts';

const first = Date.parse('2026-03-31T10:00:00Z');
const day = (n: number) => first + n * DAY_MS;

describe('the ladder (R41)', () => {
  it.each([
    [1, 0, 1],
    [2, 1, 3],
    [3, 3, 7],
    [4, 7, 15],
  ])('attempt %i on day %i is followed by one on day %i', (attemptsCount, dueDay, retryDay) => {
    expect(
      decideAfterDecline(defaultDunningPolicy, {
        declineKind: 'soft',
        attemptsCount,
        firstFailedAt: first,
        dueAt: day(dueDay),
      }),
    ).toEqual({ kind: 'retry', retryAt: day(retryDay) });
  });

  it.each(['soft', 'hard', 'insufficient_funds', 'authentication_required'] as const)(
    'the fifth attempt is the last: %s',
    (declineKind) => {
      const declined = { declineKind, attemptsCount: 5, firstFailedAt: first, dueAt: day(15) };
      expect(decideAfterDecline(defaultDunningPolicy, declined)).toEqual({ kind: 'final', action: 'cancel' });
    },
  );

  it.each(['cancel', 'pause', 'leave_past_due'] as const)('ends as the policy says: %s', (finalAction) => {
    const policy: DunningPolicy = { baseDelayMs: HOUR_MS, attemptCountMax: 1, finalAction };
    const declined = { declineKind: 'soft', attemptsCount: 1, firstFailedAt: first, dueAt: first } as const;
    expect(decideAfterDecline(policy, declined)).toEqual({ kind: 'final', action: finalAction });
  });

  it('ends on day 15 by default', () => {
    expect(lastLadderAt(defaultDunningPolicy, first)).toBe(day(15));
  });
});

describe('a decline that cannot pass by itself', () => {
  it.each(['hard', 'authentication_required'] as const)('%s waits for another method until day 15', (declineKind) => {
    const declined = { declineKind, attemptsCount: 1, firstFailedAt: first, dueAt: day(0) };
    expect(decideAfterDecline(defaultDunningPolicy, declined)).toEqual({ kind: 'wait_for_method', until: day(15) });
  });

  it('on the last day is final, with attempts left', () => {
    const declined = { declineKind: 'hard', attemptsCount: 2, firstFailedAt: first, dueAt: day(15) } as const;
    expect(decideAfterDecline(defaultDunningPolicy, declined)).toEqual({ kind: 'final', action: 'cancel' });
  });

  it.each([
    ['soft', true],
    ['insufficient_funds', true],
    ['hard', false],
    ['authentication_required', false],
  ] as const)('%s is retryable: %s', (kind, retryable) => {
    expect(isRetryable(kind)).toBe(retryable);
  });
});

it('any policy ends after its attempts, and no wait or retry lies beyond the ladder', () => {
  const policies: fc.Arbitrary<DunningPolicy> = fc.record({
    baseDelayMs: fc.integer({ min: 1, max: 3 * DAY_MS }),
    attemptCountMax: fc.integer({ min: 1, max: 10 }),
    finalAction: fc.constantFrom('cancel', 'pause', 'leave_past_due'),
  });
  const kinds = fc.array(
    fc.constantFrom<DeclineKind>('soft', 'insufficient_funds', 'hard', 'authentication_required'),
    {
      minLength: 10,
      maxLength: 10,
    },
  );
  fc.assert(
    fc.property(policies, kinds, (policy, declineKinds) => {
      let dueAt = first;
      let attemptsCount = 0;
      for (const declineKind of declineKinds) {
        attemptsCount += 1;
        const decision = decideAfterDecline(policy, { declineKind, attemptsCount, firstFailedAt: first, dueAt });
        if (decision.kind === 'final') break;
        if (decision.kind === 'retry') {
          expect(decision.retryAt).toBeGreaterThan(dueAt);
          dueAt = decision.retryAt;
        } else expect(decision.until).toBe(lastLadderAt(policy, first));
        expect(dueAt).toBeLessThanOrEqual(lastLadderAt(policy, first));
      }
      expect(attemptsCount).toBeLessThanOrEqual(policy.attemptCountMax);
    }),
  );
});
