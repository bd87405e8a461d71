import { type Anchor, anchorAt } from '../calendar/anchor.ts';
import type { Instant } from '../instant.ts';
import { invariant } from '../invariant.ts';
import type { InvoiceLine } from '../invoices/invoice-line.ts';
import type { PaidBasis } from './subscription.ts';

/** R24: the time left of the period, kept until it resumes; 0 where the period is over or none was begun. */
export function planPause(pause: { now: Instant; periodEndAt: Instant | null }): { remainingMs: number } {
  return { remainingMs: pause.periodEndAt === null ? 0 : Math.max(0, pause.periodEndAt - pause.now) };
}

/** With no time left the boundary comes at once, yet never at an instant that was a boundary before the pause. */
export const shortestRemainderMs = 1;

export interface Resume {
  now: Instant;
  pausedAt: Instant;
  remainingMs: number;
  zone: string;
  basis: PaidBasis | null;
  pendingLines: readonly InvoiceLine[];
  periodPausedMs: number;
}

export interface ResumePlan {
  periodEndAt: Instant;
  /** In force from the resume on. */
  anchor: Anchor;
  basis: PaidBasis | null;
  pendingLines: InvoiceLine[];
  periodPausedMs: number;
}

/**
 * R24: the period ends at now + remaining, and the anchor moves there. What was paid, and what is pending, moves along by the time
 * paused, so that the shares used and unused are the same after the pause as before it.
 */
export function planResume(resume: Resume): ResumePlan {
  const { now, pausedAt, remainingMs, basis } = resume;
  invariant(now >= pausedAt && remainingMs >= 0, 'a pause ends after it began');
  const pausedMs = now - pausedAt;
  const periodEndAt = now + remainingMs;
  const later = (instant: Instant | null) => (instant === null ? null : instant + pausedMs);
  return {
    periodEndAt,
    anchor: anchorAt(periodEndAt, resume.zone),
    basis: basis && { ...basis, startsAt: basis.startsAt + pausedMs, endsAt: basis.endsAt + pausedMs },
    pendingLines: resume.pendingLines.map((line) => ({
      ...line,
      startsAt: later(line.startsAt),
      endsAt: later(line.endsAt),
    })),
    periodPausedMs: resume.periodPausedMs + pausedMs,
  };
}
