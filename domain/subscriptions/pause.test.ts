import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf } from '../calendar/anchor.ts';
import { DAY_MS, toIso } from '../instant.ts';
import { paidShare, prorationLine, truncateLines } from '../proration/proration.ts';
import { planPause, planResume, type ResumePlan } from './pause.ts';

const at = (iso: string) => Date.parse(iso);
const month = { unit: 'month', count: 1 } as const;

describe('pause and resume (R24)', () => {
  const pausedAt = at('2026-02-10T09:00:00Z');
  const periodEndAt = at('2026-02-28T12:00:00Z');
  const basis = { amountMinor: 2800, startsAt: at('2026-01-31T12:00:00Z'), endsAt: periodEndAt };
  const resume = (now: string) =>
    planResume({
      now: at(now),
      pausedAt,
      remainingMs: planPause({ now: pausedAt, periodEndAt }).remainingMs,
      zone: 'Europe/Berlin',
      basis,
      pendingLines: [],
      periodPausedMs: 0,
    });

  it.each([
    [
      'within the period',
      '2026-02-20T09:00:00Z',
      '2026-03-10T12:00:00.000Z',
      { localDate: '2026-03-10', localTime: '13:00:00.000' },
    ],
    [
      'across the boundary',
      '2026-03-15T09:00:00Z',
      '2026-04-02T12:00:00.000Z',
      { localDate: '2026-04-02', localTime: '14:00:00.000' },
    ],
    [
      'a year later',
      '2027-02-10T09:00:00Z',
      '2027-02-28T12:00:00.000Z',
      { localDate: '2027-02-28', localTime: '13:00:00.000' },
    ],
    [
      'at once',
      '2026-02-10T09:00:00Z',
      '2026-02-28T12:00:00.000Z',
      { localDate: '2026-02-28', localTime: '13:00:00.000' },
    ],
  ])('resumed %s', (_name, now, endsAt, anchor) => {
    const plan = resume(now);
    expect(toIso(plan.periodEndAt)).toBe(endsAt);
    expect(plan.anchor).toEqual({ ...anchor, zone: 'Europe/Berlin' });
    expect(boundaryOf(plan.anchor, month, 0)).toBe(plan.periodEndAt);
    expect(plan.basis?.endsAt).toBe(plan.periodEndAt);
    expect(plan.periodPausedMs).toBe(at(now) - pausedAt);
  });

  it('paused after its boundary, a subscription has nothing left and is due at once on resuming', () => {
    expect(planPause({ now: periodEndAt + DAY_MS, periodEndAt })).toEqual({ remainingMs: 0 });
    expect(planPause({ now: pausedAt, periodEndAt: null })).toEqual({ remainingMs: 0 });
  });

  it('refuses to resume before the pause', () => {
    expect(() => resume('2026-02-10T08:59:59Z')).toThrow('a pause ends after it began');
  });
});

it('a pause keeps paid time to the millisecond, and the worth of what is unused, however often', () => {
  const steps = fc.array(fc.record({ runsMs: fc.nat({ max: 4 * DAY_MS }), restsMs: fc.nat({ max: 90 * DAY_MS }) }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(steps, fc.nat({ max: 1_000_000 }), (steps, amountMinor) => {
      const startsAt = at('2026-01-31T12:00:00Z');
      const lengthMs = 28 * DAY_MS;
      const endsAt = startsAt + lengthMs;
      const line = prorationLine({ kind: 'proration_debit', description: 'More', amountMinor: 997, startsAt, endsAt });
      let state: Omit<ResumePlan, 'anchor'> = {
        periodEndAt: endsAt,
        basis: { amountMinor, startsAt, endsAt },
        pendingLines: [line],
        periodPausedMs: 0,
      };
      let now = startsAt;
      let ranMs = 0;
      for (const { runsMs, restsMs } of steps) {
        now += runsMs;
        ranMs += runsMs;
        const { remainingMs } = planPause({ now, periodEndAt: state.periodEndAt });
        expect(remainingMs).toBe(lengthMs - ranMs);
        const unusedMinor = paidShare(state.basis, now, state.periodEndAt);
        const pendingMinor = truncateLines(state.pendingLines, now)[0]?.amountMinor;
        state = planResume({ ...state, now: now + restsMs, pausedAt: now, remainingMs, zone: 'UTC' });
        now += restsMs;
        expect(state.periodEndAt - now).toBe(remainingMs);
        expect(paidShare(state.basis, now, state.periodEndAt)).toBe(unusedMinor);
        expect(truncateLines(state.pendingLines, now)[0]?.amountMinor).toBe(pendingMinor);
        expect(state.periodEndAt - startsAt - state.periodPausedMs).toBe(lengthMs);
      }
    }),
  );
});
