import type { DemoClient } from './demo-client.ts';

export type DemoPlan = 'basic' | 'pro' | 'team' | 'yearly';

/** The customer's bank, as the sandbox provider plays it. */
export interface DemoBank {
  dispute(providerChargeId: string): Promise<{ decide(result: 'won' | 'lost'): Promise<void> }>;
}

export interface Living {
  bank: DemoBank;
  client: DemoClient;
  subscriptionId: string;
  customerId: string;
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

const path = ({ subscriptionId }: Living) => `/v1/subscriptions/${subscriptionId}`;

const change = (body: (living: Living) => Record<string, unknown>) => (living: Living) =>
  living.client.put(path(living), body(living));

const addMethod = (token: string) => (living: Living) =>
  living.client.post(`/v1/customers/${living.customerId}/payment-methods`, {
    provider: 'sandbox',
    token,
    default: true,
  });

interface PaymentCard {
  payment_id: string;
  attempts: { status: string; provider_charge_id: string | null }[];
}

async function lastPayment({ client, subscriptionId }: Living): Promise<PaymentCard> {
  const { data } = await client.get<{ data: { payment_id: string }[] }>(
    `/v1/payments?subscription_id=${subscriptionId}&status=completed&limit=1`,
  );
  return client.get<PaymentCard>(`/v1/admin/payments/${data[0]?.payment_id}`);
}

const refundLast = (amount: number, reason: string) => async (living: Living) => {
  const { payment_id: id } = await lastPayment(living);
  return living.client.post(`/payments/${id}/refunds`, { amount, reason });
};

/** The provider tells of it by a notification, whose effect is a moment away. */
async function seeDispute({ client }: Living, paymentId: string, status: string): Promise<void> {
  const givesUpAt = performance.now() + 30_000;
  for (;;) {
    const { data } = await client.get<{ data: { payment_id: string; status: string }[] }>(
      '/v1/admin/disputes?limit=100',
    );
    if (data.some((dispute) => dispute.payment_id === paymentId && dispute.status === status)) return;
    if (performance.now() > givesUpAt) throw new Error(`the dispute of ${paymentId} does not become ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The bank takes the last charge back, and decides at once. */
const disputeLast = (result: 'won' | 'lost') => async (living: Living) => {
  const { payment_id: paymentId, attempts } = await lastPayment(living);
  const charged = attempts.find(({ status }) => status === 'succeeded')?.provider_charge_id;
  if (!charged) throw new Error('the last payment has no charge to dispute');
  const dispute = await living.bank.dispute(charged);
  await seeDispute(living, paymentId, 'open');
  await dispute.decide(result);
  await seeDispute(living, paymentId, result);
};

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
    months: { 5: change(() => ({ quantity: 5 })) },
  },
  { who: 'John, trial of 14 days', plan: 'basic', create: { trial_period_days: 14 } },
  { who: 'Margaret, trial of 30 days', plan: 'pro', create: { trial_period_days: 30 } },
  {
    who: 'Alan, leaves during the trial',
    plan: 'pro',
    create: { trial_period_days: 45 },
    months: { 1: (living) => living.client.del(path(living), { reason: 'not for me' }) },
  },
  { who: 'Donald, starts on 31 January', plan: 'basic', create: { start_date: nextJanuary31 } },
  { who: 'Leslie, starts on 31 January', plan: 'pro', create: { start_date: nextJanuary31 } },
  {
    who: 'Robin, upgrade charged at once',
    plan: 'basic',
    months: { 4: change(({ plans }) => ({ plan_id: plans.pro, proration: 'invoice_now' })) },
  },
  {
    who: 'Dana, upgrade and back',
    plan: 'basic',
    months: {
      3: change(({ plans }) => ({ plan_id: plans.pro })),
      8: change(({ plans }) => ({ plan_id: plans.basic })),
    },
  },
  {
    who: 'Shafi, yearly from the fourth month',
    plan: 'pro',
    months: { 4: change(({ plans }) => ({ plan_id: plans.yearly })) },
  },
  {
    who: 'Silvio, pauses for two months',
    plan: 'basic',
    months: {
      6: (living) => living.client.post(`${path(living)}/pause`),
      8: (living) => living.client.post(`${path(living)}/resume`),
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
    months: { 6: (living) => living.client.del(path(living), { reason: 'too expensive', at: 'period_end' }) },
  },
  {
    who: 'Radia, cancels and comes back',
    plan: 'basic',
    months: {
      9: (living) => living.client.del(path(living), { at: 'period_end' }),
      9.5: (living) => living.client.post(`${path(living)}/uncancel`),
    },
  },
];
