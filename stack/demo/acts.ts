import { advanceClock, type DemoClient } from './demo-client.ts';

/** The customer's bank, as the sandbox provider plays it. */
export interface DemoBank {
  dispute(providerChargeId: string): Promise<{ decide(result: 'won' | 'lost'): Promise<void> }>;
}

/** A customer with a subscription, and who else has a say. */
export interface Subscribed {
  bank: DemoBank;
  client: DemoClient;
  subscriptionId: string;
  customerId: string;
}

export const pathOf = ({ subscriptionId }: Pick<Subscribed, 'subscriptionId'>) => `/v1/subscriptions/${subscriptionId}`;

/** A method at the sandbox provider, and a subscription charged by it. */
export async function subscribe(
  client: DemoClient,
  wanted: { customerId: string; token: string; subscription: Record<string, unknown> },
): Promise<string> {
  const { customerId: customer_id, token } = wanted;
  await client.post(`/v1/customers/${customer_id}/payment-methods`, { provider: 'sandbox', token });
  const body = { customer_id, ...wanted.subscription };
  const made = await client.post<{ subscription_id: string }>('/v1/subscriptions', body);
  return made.subscription_id;
}

/** Time passes, and what is due on the way happens. */
export const later = (by: string) => (of: Subscribed) => advanceClock(of.client, of.subscriptionId, by);

export const change = (body: Record<string, unknown>) => (of: Subscribed) => of.client.put(pathOf(of), body);

export const pause = (of: Subscribed) => of.client.post(`${pathOf(of)}/pause`);

export const cancel = (body: { reason?: string; at?: 'now' | 'period_end' }) => (of: Subscribed) =>
  of.client.del(pathOf(of), body);

export const addMethod = (token: string) => (of: Subscribed) =>
  of.client.post(`/v1/customers/${of.customerId}/payment-methods`, { provider: 'sandbox', token, default: true });

interface PaymentCard {
  payment_id: string;
  attempts: { status: string; provider_charge_id: string | null }[];
}

/** Also what was given back or taken back since. */
const collected = new Set(['completed', 'partially_refunded', 'refunded', 'disputed']);

async function lastPayment({ client, subscriptionId }: Subscribed): Promise<PaymentCard> {
  const { data } = await client.get<{ data: { payment_id: string; status: string }[] }>(
    `/v1/payments?subscription_id=${subscriptionId}&limit=20`,
  );
  const last = data.find(({ status }) => collected.has(status));
  if (last === undefined) throw new Error(`${subscriptionId} has paid nothing yet`);
  return client.get<PaymentCard>(`/v1/admin/payments/${last.payment_id}`);
}

export const refundLast = (amount: number, reason: string) => async (of: Subscribed) => {
  const { payment_id: id } = await lastPayment(of);
  return of.client.post(`/payments/${id}/refunds`, { amount, reason });
};

/** What a customer does in the portal. */
export const askForRefund = (amount: number, reason: string) => async (of: Subscribed) => {
  const { payment_id: id } = await lastPayment(of);
  return of.client.post(`/v1/payments/${id}/refund-requests`, { amount, reason });
};

/** The provider tells of it by a notification, whose effect is a moment away. */
async function seeDispute({ client }: Subscribed, paymentId: string, status: string): Promise<void> {
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

/** The bank takes the last charge back. */
const openDispute = async (of: Subscribed) => {
  const { payment_id: paymentId, attempts } = await lastPayment(of);
  const charged = attempts.find(({ status }) => status === 'succeeded')?.provider_charge_id;
  if (!charged) throw new Error('the last payment has no charge to dispute');
  const dispute = await of.bank.dispute(charged);
  await seeDispute(of, paymentId, 'open');
  return { paymentId, dispute };
};

/** The same, unless it did so already. */
export const disputeOnce = async (of: Subscribed) => {
  const { payment_id: paymentId } = await lastPayment(of);
  const { data } = await of.client.get<{ data: unknown[] }>(`/v1/admin/disputes?payment_id=${paymentId}`);
  if (data.length === 0) await openDispute(of);
};

/** The bank takes the last charge back, and decides at once. */
export const disputeLast = (result: 'won' | 'lost') => async (of: Subscribed) => {
  const { paymentId, dispute } = await openDispute(of);
  await dispute.decide(result);
  await seeDispute(of, paymentId, result);
};
