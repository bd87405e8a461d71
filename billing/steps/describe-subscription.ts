import { localDateOf } from '../../domain/calendar/local-date.ts';
import { type Instant, NEVER } from '../../domain/instant.ts';
import { formatMoney } from '../../domain/money/currency.ts';
import type { DutyKind } from '../../domain/subscriptions/what-comes-next.ts';
import type { Shown } from './next-step.ts';

interface Described {
  status: string;
  collection: string;
  parkedAt: Instant | null;
  planName: string;
  quantity: number;
  amountMinor: number;
  currency: string;
  timezone: string;
  periodEndAt: Instant | null;
  cancelAt: Instant | null;
  nextKind: string;
  nextAt: Instant;
  lastResult: string;
}

/** What an operator reads of a sleeping workflow: one line each for state, next action and last result. No personal data. */
export function describeShown(described: Described): Shown {
  const { status, planName, quantity, amountMinor, currency } = described;
  const price = `${planName} × ${quantity} · ${formatMoney(amountMinor, currency)}`;
  const state = described.parkedAt === null ? status : `${status}, needs attention`;
  return { state: `${state} · ${price}`, nextAction: describeNext(described), lastResult: described.lastResult };
}

const actions: Record<DutyKind | 'none', string> = {
  lease_end: 'Settle a charge whose sender is gone',
  look_up: 'Look up a charge at the provider',
  charge: 'Charge',
  close_action: 'Close an unanswered authentication',
  cancel: 'Cancel',
  resume: 'Resume',
  expire: 'Expire',
  dunning_end: 'End dunning',
  collect: 'Retry payment',
  start: 'First charge',
  renew: 'Renew',
  advance_clock: 'Advance the test clock',
  none: 'Nothing is due',
};

/** The same of what is not a subscription: a payment without one, or a refund. */
export function describeCarrier(carrier: {
  what: string;
  status: string;
  parkedAt: Instant | null;
  amountMinor: number;
  currency: string;
  nextKind: string;
  nextAt: Instant;
  lastResult: string;
}): Shown {
  const { what, status, amountMinor, currency, nextKind, nextAt } = carrier;
  const state = carrier.parkedAt === null ? status : `${status}, needs attention`;
  const action = nextKind === 'send_refund' ? 'Refund' : (actions[nextKind as DutyKind] ?? nextKind);
  return {
    state: `${state} · ${what} · ${formatMoney(amountMinor, currency)}`,
    nextAction: nextAt === NEVER ? action : `${action} on ${localDateOf(nextAt, 'UTC')}`,
    lastResult: carrier.lastResult,
  };
}

function describeNext({ nextKind, nextAt, timezone, amountMinor, currency }: Described): string {
  const action = actions[nextKind as DutyKind] ?? nextKind;
  if (nextAt === NEVER) return action;
  const amount = ['renew', 'start', 'collect', 'charge'].includes(nextKind)
    ? ` ${formatMoney(amountMinor, currency)}`
    : '';
  return `${action}${amount} on ${localDateOf(nextAt, timezone)}`;
}
