import { type Instant, NEVER } from '../instant.ts';
import { assertNever } from '../invariant.ts';
import type { AttemptStatus, PaymentStatus } from '../payments/payment-status.ts';
import { type SubscriptionStatus, terminalStatuses } from './subscription.ts';

/** In order of precedence at one instant: what is already under way first, then what stops charging, then what charges. */
export const dutyKinds = [
  'lease_end',
  'look_up',
  'charge',
  'close_action',
  'cancel',
  'resume',
  'expire',
  'dunning_end',
  'collect',
  'start',
  'renew',
  'advance_clock',
] as const;
export type DutyKind = (typeof dutyKinds)[number];

export interface Duty {
  kind: DutyKind;
  at: Instant;
  /** Business dates follow a test clock where there is one; technical dates are always real time. */
  time: 'business' | 'technical';
  /** The payment or attempt it is about. */
  subjectId: string | null;
}

export interface DutyFacts {
  status: SubscriptionStatus;
  collection: 'normal' | 'dunning';
  parked: boolean;
  /** Its tenant is suspended or going: until then only what is at a provider already is seen to; null: nothing is held back. */
  heldUntil: Instant | null;
  startsAt: Instant;
  periodEndAt: Instant | null;
  cancelAt: Instant | null;
  resumesAt: Instant | null;
  incompleteExpiresAt: Instant | null;
  /** A boundary has been opened and is not paid yet: the next one waits for it. */
  hasOpenRun: boolean;
  payments: readonly { id: string; status: PaymentStatus; retryAt: Instant | null; dunningEndsAt: Instant | null }[];
  attempts: readonly {
    id: string;
    status: AttemptStatus;
    createdAt: Instant;
    sendAt: Instant | null;
    leaseUntil: Instant | null;
    resolveAt: Instant | null;
    expiresAt: Instant | null;
  }[];
}

/** The frozen instant of virtual time, and where an advance is heading. */
export interface Clock {
  frozenAt: Instant;
  targetAt: Instant | null;
}

/** Every duty of the row with its own date; order: by date, then precedence. */
function dutiesOf(facts: DutyFacts): Duty[] {
  const duties = attemptDuties(facts);
  if (!facts.parked && !terminalStatuses.includes(facts.status)) duties.push(...subscriptionDuties(facts));
  return duties.sort((a, b) => a.at - b.at || dutyKinds.indexOf(a.kind) - dutyKinds.indexOf(b.kind));
}

function attemptDuties(facts: DutyFacts): Duty[] {
  return facts.attempts.flatMap((attempt): Duty[] => {
    const technical = (kind: DutyKind, at: Instant | null): Duty[] =>
      at === null ? [] : [{ kind, at, time: 'technical', subjectId: attempt.id }];
    switch (attempt.status) {
      case 'created':
      case 'not_sent':
        // An operator looks first: what was never sent is not sent while parked.
        return facts.parked ? [] : technical('charge', attempt.sendAt ?? attempt.createdAt);
      case 'sent':
        return technical('lease_end', attempt.leaseUntil);
      case 'unknown':
        return technical('look_up', attempt.resolveAt);
      case 'requires_action':
        return [...technical('look_up', attempt.resolveAt), ...closeDuty(attempt)];
      case 'succeeded':
      case 'declined':
      case 'abandoned':
      case 'needs_review':
        return [];
      default:
        return assertNever(attempt.status);
    }
  });
}

/** Its end is a business date; a closing the provider did not confirm is asked for again at `sendAt`, in real time. */
function closeDuty({ id, expiresAt, sendAt }: DutyFacts['attempts'][number]): Duty[] {
  if (expiresAt === null) return [];
  if (sendAt !== null) return [{ kind: 'close_action', at: sendAt, time: 'technical', subjectId: id }];
  return [{ kind: 'close_action', at: expiresAt, time: 'business', subjectId: id }];
}

function subscriptionDuties(facts: DutyFacts): Duty[] {
  const duties: Duty[] = [];
  const business = (kind: DutyKind, at: Instant | null, subjectId: string | null = null) => {
    if (at !== null) duties.push({ kind, at, time: 'business', subjectId });
  };
  if (facts.status === 'paused') {
    business('resume', facts.resumesAt);
    return duties;
  }
  const open = facts.attempts.some((attempt) => attempt.status !== 'not_sent');
  if (facts.status === 'incomplete' && facts.collection === 'normal' && !open)
    business('expire', facts.incompleteExpiresAt);
  business('cancel', facts.cancelAt);
  for (const payment of facts.payments) {
    business('collect', payment.retryAt, payment.id);
    business('dunning_end', payment.dunningEndsAt, payment.id);
  }
  if (facts.hasOpenRun) return duties;
  if (facts.status === 'scheduled') business('start', facts.startsAt);
  if (facts.status === 'active' || facts.status === 'trialing') business('renew', facts.periodEndAt);
  return duties;
}

/** What is done also for a tenant that is held back: no money moves by it that has not been asked for. */
const underWay: readonly DutyKind[] = ['lease_end', 'look_up', 'close_action'];

/** An attempt whose outcome a clock's advance must not pass. */
const unresolved: readonly AttemptStatus[] = ['created', 'not_sent', 'sent', 'unknown'];

export interface WhatComesNext {
  kind: DutyKind | 'none';
  /** The promise: the duty's own date. NEVER when there is none. */
  at: Instant;
  /** The real instant to be awake; NEVER while only virtual time can bring the next duty. */
  wakeAt: Instant;
  duty: Duty | null;
}

/**
 * The minimum over every duty (design §4): what is to be done next, when it is due, and when to be awake for it. A duty due
 * in virtual time wakes only once the clock stands at it, or while an advance is heading past it.
 */
export function whatComesNext(facts: DutyFacts, clock: Clock | null, realNow: Instant, jitterMs = 0): WhatComesNext {
  const duties = dutiesOf(facts);
  const heading = clock?.targetAt ?? null;
  if (heading !== null && !facts.parked) {
    duties.push({ kind: 'advance_clock', at: heading, time: 'business', subjectId: null });
  }
  const blocked = facts.attempts.some((attempt) => unresolved.includes(attempt.status));
  const wakeOf = (duty: Duty): Instant => {
    const wakeAt = unheldWakeOf(duty);
    if (facts.heldUntil === null || underWay.includes(duty.kind)) return wakeAt;
    return Math.max(wakeAt, facts.heldUntil);
  };
  const unheldWakeOf = (duty: Duty): Instant => {
    if (duty.time === 'technical') return duty.at;
    if (!clock) return duty.kind === 'renew' ? duty.at + jitterMs : duty.at;
    if (duty.at <= clock.frozenAt) return realNow;
    return heading !== null && duty.at <= heading && !blocked ? realNow : NEVER;
  };
  let next: WhatComesNext = { kind: 'none', at: NEVER, wakeAt: NEVER, duty: null };
  for (const duty of duties) {
    const wakeAt = wakeOf(duty);
    const sooner = wakeAt < next.wakeAt || (next.duty === null && duty.at < NEVER);
    if (sooner) next = { kind: duty.kind, at: duty.at, wakeAt, duty };
  }
  return next;
}
