import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NEVER } from '../instant.ts';
import { type Clock, type DutyFacts, type DutyKind, dutyKinds, whatComesNext } from './what-comes-next.ts';

const attempt = {
  id: 'att_1',
  status: 'not_sent',
  createdAt: 1_000,
  sendAt: 2_000,
  leaseUntil: null,
  resolveAt: null,
  expiresAt: null,
} as const;

const facts: DutyFacts = {
  status: 'active',
  collection: 'normal',
  parked: false,
  heldUntil: null,
  startsAt: 0,
  periodEndAt: 500,
  cancelAt: null,
  resumesAt: null,
  incompleteExpiresAt: null,
  hasOpenRun: true,
  payments: [],
  attempts: [attempt],
};

it('sends what was not sent at its date, but not while an operator has the subscription', () => {
  expect(whatComesNext(facts, null, 3_000)).toMatchObject({ kind: 'charge', wakeAt: 2_000 });
  expect(whatComesNext({ ...facts, parked: true }, null, 3_000)).toMatchObject({ kind: 'none', wakeAt: NEVER });
});

it('resolves what was sent also while an operator has the subscription', () => {
  const sent = { ...attempt, status: 'sent', leaseUntil: 4_000 } as const;
  const unknown = { ...attempt, id: 'att_2', status: 'unknown', resolveAt: 5_000 } as const;
  const parked = { ...facts, parked: true };
  expect(whatComesNext({ ...parked, attempts: [sent] }, null, 3_000)).toMatchObject({ kind: 'lease_end', at: 4_000 });
  expect(whatComesNext({ ...parked, attempts: [unknown] }, null, 3_000)).toMatchObject({ kind: 'look_up', at: 5_000 });
});

it('holds back what would charge or end a subscription of a suspended tenant, and resolves what was sent', () => {
  const held = { ...facts, attempts: [], hasOpenRun: false, cancelAt: 600, heldUntil: 9_000 };
  expect(whatComesNext(held, null, 3_000)).toMatchObject({ kind: 'renew', at: 500, wakeAt: 9_000 });
  expect(whatComesNext({ ...held, attempts: [attempt] }, null, 3_000)).toMatchObject({ wakeAt: 9_000 });
  const sent = { ...attempt, status: 'sent', leaseUntil: 4_000 } as const;
  expect(whatComesNext({ ...held, attempts: [sent] }, null, 3_000)).toMatchObject({ kind: 'lease_end', wakeAt: 4_000 });
});

it('holds back nothing that is further away than the hold itself, nor what only virtual time brings', () => {
  const held = { ...facts, attempts: [], hasOpenRun: false, periodEndAt: 50_000, heldUntil: 9_000 };
  expect(whatComesNext(held, null, 3_000)).toMatchObject({ kind: 'renew', wakeAt: 50_000 });
  const frozen = { frozenAt: 1_000, targetAt: null };
  expect(whatComesNext(held, frozen, 3_000)).toMatchObject({ kind: 'renew', wakeAt: NEVER });
  expect(whatComesNext(held, { ...frozen, frozenAt: 60_000 }, 3_000)).toMatchObject({ wakeAt: 9_000 });
});

const at = 7_000;
const nothing: DutyFacts = { ...facts, attempts: [], hasOpenRun: false, periodEndAt: null };
const settled = { ...attempt, status: 'declined', sendAt: null } as const;
const payment = { id: 'pay_1', status: 'failed', retryAt: null, dunningEndsAt: null } as const;

type Row = { needs: Partial<DutyFacts>; clock?: Clock; time: 'business' | 'technical'; subjectId?: string };

/** The least that makes each duty due at `at`, in their order of precedence. */
const rows: Record<DutyKind, Row> = {
  lease_end: { needs: { attempts: [{ ...settled, status: 'sent', leaseUntil: at }] }, time: 'technical' },
  look_up: { needs: { attempts: [{ ...settled, status: 'unknown', resolveAt: at }] }, time: 'technical' },
  charge: { needs: { attempts: [{ ...settled, status: 'created', createdAt: at }] }, time: 'technical' },
  close_action: { needs: { attempts: [{ ...settled, status: 'requires_action', expiresAt: at }] }, time: 'business' },
  cancel: { needs: { cancelAt: at }, time: 'business' },
  resume: { needs: { status: 'paused', resumesAt: at }, time: 'business' },
  expire: { needs: { status: 'incomplete', incompleteExpiresAt: at }, time: 'business' },
  dunning_end: { needs: { payments: [{ ...payment, dunningEndsAt: at }] }, time: 'business', subjectId: 'pay_1' },
  collect: { needs: { payments: [{ ...payment, retryAt: at }] }, time: 'business', subjectId: 'pay_1' },
  start: { needs: { status: 'scheduled', startsAt: at }, time: 'business' },
  renew: { needs: { periodEndAt: at }, time: 'business' },
  advance_clock: { needs: {}, clock: { frozenAt: 0, targetAt: at }, time: 'business' },
};
const attemptDuties: readonly DutyKind[] = ['lease_end', 'look_up', 'charge', 'close_action'];

/** Two of them due at one instant; null where they exclude one another. */
function together(one: DutyKind, other: DutyKind): DutyFacts | null {
  const [first, second] = [rows[one].needs, rows[other].needs];
  if (first.status !== undefined && second.status !== undefined) return null;
  // A paused subscription has no other business; what is not paid yet does not expire while a charge is under way.
  if ([one, other].includes('resume') && ![...attemptDuties, 'advance_clock'].includes(one === 'resume' ? other : one))
    return null;
  if ([one, other].includes('expire') && attemptDuties.includes(one === 'expire' ? other : one)) return null;
  if ([one, other].includes('renew') && (first.status ?? second.status) !== undefined) return null;
  const payments = [...(first.payments ?? []), ...(second.payments ?? [])];
  const attempts = [...(first.attempts ?? []), ...(second.attempts ?? [])];
  return { ...nothing, ...first, ...second, payments, attempts };
}

describe('each duty', () => {
  it('has its place: what is under way, then what stops charging, then what charges', () => {
    expect(Object.keys(rows)).toEqual(dutyKinds);
  });

  it.each(dutyKinds)('%s comes at its date, and before it nothing', (kind) => {
    const { needs, clock = null, time, subjectId = needs.attempts ? 'att_1' : null } = rows[kind];
    const own = { ...nothing, ...needs };
    const duty = { kind, at, time, subjectId };
    const wakeAt = kind === 'advance_clock' ? 3_000 : at;
    expect(whatComesNext(own, clock, 3_000)).toEqual({ kind, at, wakeAt, duty });
    expect(whatComesNext(nothing, null, 3_000)).toEqual({ kind: 'none', at: NEVER, wakeAt: NEVER, duty: null });
  });

  it.each(dutyKinds)('%s comes before those after it at one instant, and after those before it', (kind) => {
    const others = dutyKinds.filter((other) => other !== kind && other !== 'advance_clock' && kind !== 'advance_clock');
    for (const other of others) {
      const both = together(kind, other);
      if (both === null) continue;
      const first = dutyKinds.indexOf(kind) < dutyKinds.indexOf(other) ? kind : other;
      expect(whatComesNext(both, null, 3_000).kind, `${kind} and ${other}`).toBe(first);
    }
  });

  it('is done before the clock arrives where both are due at one instant', () => {
    const clock = { frozenAt: at, targetAt: at };
    for (const kind of dutyKinds) {
      if (rows[kind].time === 'technical') continue;
      expect(whatComesNext({ ...nothing, ...rows[kind].needs }, clock, 9_000).kind).toBe(kind);
    }
  });
});

const instant = fc.integer({ min: 1, max: 4 }).map((step) => step * 1_000);
const date = fc.option(instant);
const attempts = fc.array(
  fc.record({
    status: fc.constantFrom('created', 'sent', 'unknown', 'requires_action', 'not_sent', 'declined', 'succeeded'),
    ...{ createdAt: instant, sendAt: date, leaseUntil: date, resolveAt: date, expiresAt: date },
  }),
  { maxLength: 4 },
);
const payments = fc.array(
  fc.record({ status: fc.constantFrom('failed', 'pending', 'failed_permanent'), retryAt: date, dunningEndsAt: date }),
  { maxLength: 3 },
);
const anyFacts = fc.record({
  status: fc.constantFrom('scheduled', 'incomplete', 'trialing', 'active', 'past_due', 'paused', 'canceled'),
  ...{ collection: fc.constantFrom('normal', 'dunning'), parked: fc.boolean(), heldUntil: date, startsAt: instant },
  ...{ periodEndAt: date, cancelAt: date, resumesAt: date, incompleteExpiresAt: date, hasOpenRun: fc.boolean() },
  ...{ attempts, payments },
});
const anyClock = fc.option(fc.record({ frozenAt: instant, targetAt: date }));

const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });

it('answers the same whatever the order of payments and attempts, and what is due first by date, then by precedence', () => {
  const cases = anyFacts.chain((drawn) => {
    const named = {
      ...drawn,
      attempts: drawn.attempts.map((row, index) => ({ ...row, id: `att_${index}` })),
      payments: drawn.payments.map((row, index) => ({ ...row, id: `pay_${index}` })),
    } as DutyFacts;
    const order = { attempts: shuffled(named.attempts), payments: shuffled(named.payments) };
    return fc.record({ named: fc.constant(named), order: fc.record(order), clock: anyClock });
  });
  fc.assert(
    fc.property(cases, ({ named, order, clock }) => {
      const next = whatComesNext(named, clock, 2_500);
      const again = whatComesNext({ ...named, ...order }, clock, 2_500);
      // Of two of one kind at one instant either may come first: which of them it is makes no difference to what is done.
      expect({ ...again, duty: null }).toEqual({ ...next, duty: null });
      const alone = named.attempts.map((one) =>
        whatComesNext({ ...named, attempts: [one], status: 'canceled' }, null, 2_500),
      );
      for (const other of clock === null && named.heldUntil === null ? alone : []) {
        if (other.kind === 'none') continue;
        expect(next.wakeAt).toBeLessThanOrEqual(other.wakeAt);
        if (next.wakeAt === other.wakeAt && next.kind !== 'none')
          expect(dutyKinds.indexOf(next.kind)).toBeLessThanOrEqual(dutyKinds.indexOf(other.kind));
      }
    }),
    { numRuns: 500 },
  );
});
