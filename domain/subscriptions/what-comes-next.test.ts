import { expect, it } from 'vitest';
import { NEVER } from '../instant.ts';
import { type DutyFacts, whatComesNext } from './what-comes-next.ts';

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
