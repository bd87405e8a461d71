import { addMethod, cancel, change, disputeLast, pathOf, pause, refundLast, type Subscribed } from './acts.ts';

export type DemoPlan = 'basic' | 'pro' | 'team' | 'yearly';

export interface Living extends Subscribed {
  plans: Record<DemoPlan, string>;
}

/** What a customer does, by the month (1–14) at whose beginning it happens. */
export interface Story {
  who: string;
  plan: DemoPlan;
  token?: string;
  create?: Record<string, unknown>;
  months?: Record<number, (living: Living) => Promise<unknown>>;
}

/** To another plan, whose id only who lives it knows. */
const changeTo =
  (plan: DemoPlan, how: Record<string, unknown> = {}) =>
  (living: Living) =>
    change({ plan_id: living.plans[plan], ...how })(living);

const nextJanuary31 = `${new Date().getUTCFullYear() + 1}-01-31`;

/** Twenty customers whose fourteen months show what a subscription can go through. */
export const stories: readonly Story[] = [
  ...['Ada', 'Grace', 'Edsger'].map((name): Story => ({ who: `${name}, monthly`, plan: 'basic' })),
  ...['Barbara', 'Tony'].map((name): Story => ({ who: `${name}, monthly`, plan: 'pro' })),
  { who: 'Niklaus, yearly', plan: 'yearly' },
  {
    who: 'Frances, three seats, later five',
    plan: 'team',
    create: { quantity: 3 },
    months: { 5: change({ quantity: 5 }) },
  },
  { who: 'John, trial of 14 days', plan: 'basic', create: { trial_period_days: 14 } },
  { who: 'Margaret, trial of 30 days', plan: 'pro', create: { trial_period_days: 30 } },
  {
    who: 'Alan, leaves during the trial',
    plan: 'pro',
    create: { trial_period_days: 45 },
    months: { 1: cancel({ reason: 'not for me' }) },
  },
  { who: 'Donald, starts on 31 January', plan: 'basic', create: { start_date: nextJanuary31 } },
  { who: 'Leslie, starts on 31 January', plan: 'pro', create: { start_date: nextJanuary31 } },
  {
    who: 'Robin, upgrade charged at once',
    plan: 'basic',
    months: { 4: changeTo('pro', { proration: 'invoice_now' }) },
  },
  {
    who: 'Dana, upgrade and back',
    plan: 'basic',
    months: {
      3: changeTo('pro'),
      8: changeTo('basic'),
    },
  },
  {
    who: 'Shafi, yearly from the fourth month',
    plan: 'pro',
    months: { 4: changeTo('yearly') },
  },
  {
    who: 'Silvio, pauses for two months',
    plan: 'basic',
    months: {
      6: pause,
      8: (living) => living.client.post(`${pathOf(living)}/resume`),
    },
  },
  {
    who: 'Judea, declines, then recovers',
    plan: 'pro',
    token: 'tok_decline_after_1',
    months: { 1: addMethod('tok_ok') },
  },
  {
    who: 'Hedy, gets half a month back',
    plan: 'pro',
    months: { 3: refundLast(1450, 'the service was away for two weeks') },
  },
  { who: 'Ken, a dispute won and one lost', plan: 'basic', months: { 4: disputeLast('won'), 9: disputeLast('lost') } },
  { who: 'Ivan, declines until the end', plan: 'basic', token: 'tok_decline_after_1' },
  {
    who: 'Yann, cancels at the period’s end',
    plan: 'team',
    months: { 6: cancel({ reason: 'too expensive', at: 'period_end' }) },
  },
  {
    who: 'Radia, cancels and comes back',
    plan: 'basic',
    months: {
      9: cancel({ at: 'period_end' }),
      9.5: (living) => living.client.post(`${pathOf(living)}/uncancel`),
    },
  },
];
