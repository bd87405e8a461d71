import { type Anchor, anchorAt } from '../calendar/anchor.ts';
import { addLocalDays } from '../calendar/local-date.ts';
import type { PlanId, PriceId } from '../ids.ts';
import { DAY_MS, type Instant } from '../instant.ts';
import type { InvoiceLine } from '../invoices/invoice-line.ts';
import type { DeclineKind } from '../payments/decline.ts';
import type { Price } from '../pricing/price.ts';
import { assertStatusTransition } from '../subscriptions/status-transition.ts';
import type { PaidBasis, SubscriptionStatus } from '../subscriptions/subscription.ts';

/**
 * A life in miniature: the plans of the domain carried out on one plain record, in any order of commands, dates and results of
 * charges. What it checks holds for whoever carries the same plans out in a database.
 */
export interface Life {
  now: Instant;
  status: SubscriptionStatus;
  anchor: Anchor;
  price: Price;
  quantity: number;
  startsAt: Instant;
  periodStartAt: Instant;
  periodEndAt: Instant;
  periodPausedMs: number;
  basis: PaidBasis | null;
  pendingLines: InvoiceLine[];
  creditMinor: number;
  paidMinor: number;
  cancelAt: Instant | null;
  pause: { at: Instant; remainingMs: number; resumesAt: Instant | null; before: SubscriptionStatus } | null;
  /** An invoice of the next period that is not paid yet. */
  due: { attemptsCount: number; firstFailedAt: Instant; nextAt: Instant } | null;
}
/** Of a charge. */
export type Result = 'paid' | DeclineKind;

export const zone = 'Europe/Berlin';
export const month = { unit: 'month', count: 1 } as const;
export const priceOf = (amountMinor: number): Price => ({
  id: 'price_1' as PriceId,
  planId: 'plan_1' as PlanId,
  version: 1,
  model: 'per_unit',
  amountMinor,
  currency: 'EUR',
  interval: month,
});

export function become(life: Life, status: SubscriptionStatus): void {
  assertStatusTransition(life.status, status);
  life.status = status;
}

export function end(life: Life): void {
  become(life, 'canceled');
  life.due = null;
  life.pause = null;
}

/** In a trial of so many days, from a day of December 2027 on, at a time that the gap of the next spring skips. */
export function beginLife({ day, trialDays }: { day: number; trialDays: number }): Life {
  const startsAt = Date.parse('2027-12-01T01:30:00Z') + day * DAY_MS;
  const periodEndAt = addLocalDays(startsAt, trialDays, zone);
  return {
    now: startsAt,
    status: 'trialing',
    anchor: anchorAt(periodEndAt, zone),
    price: priceOf(2000),
    quantity: 1,
    startsAt,
    periodStartAt: startsAt,
    periodEndAt,
    periodPausedMs: 0,
    basis: null,
    pendingLines: [],
    creditMinor: 0,
    paidMinor: 0,
    cancelAt: null,
    pause: null,
    due: null,
  };
}
