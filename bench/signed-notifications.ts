import { signWebhook } from '../adapters/payments/standard-webhooks.ts';
import type { BenchPlatform } from './bench-platform.ts';
import { call, callForBody } from './http-client.ts';

export interface Charge {
  attemptId: string;
  chargeId: string;
  /** Set while the customer has not decided. */
  actionUrl: string | null;
}

/** Subscriptions made over REST, each with its first charge at the provider. */
export async function makeCharges(platform: BenchPlatform, count: number, token: string): Promise<Charge[]> {
  const planId = await platform.makePlan(1999);
  const customerId = await platform.makeCustomer(token);
  const ids: string[] = [];
  const create = async () => {
    while (ids.length < count) {
      const body = { customer_id: customerId, plan_id: planId };
      const url = `${platform.apiUrl}/subscriptions`;
      const made = await callForBody<{ subscription_id: string }>({ url, method: 'POST', key: platform.key, body });
      ids.push(made.subscription_id);
    }
  };
  await Promise.all(Array.from({ length: 8 }, create));
  const rows = await platform.owner<{ attemptId: string; chargeId: string; actionUrl: string | null }[]>`
    select id as attempt_id, provider_charge_id as charge_id, action_url from payment_attempts
    where subscription_id = any(${ids}::text[]) order by id`;
  return [...rows];
}

export interface Notification {
  id: string;
  headers: Record<string, string>;
  raw: Buffer;
}

/** Signed when it is sent: every repetition has its own time, as with a real provider. */
export function notificationAbout(platform: BenchPlatform, id: string, charge: Charge, agoMs: number): Notification {
  const { attemptId, chargeId } = charge;
  const event = { type: 'charge.updated', timestamp: new Date(Date.now() - agoMs).toISOString() };
  const about = { account: platform.tenantId, reference: attemptId, charge_id: chargeId };
  const raw = Buffer.from(JSON.stringify({ ...event, ...about }));
  const timestampSeconds = Math.floor(Date.now() / 1_000);
  const secret = platform.stack.secrets.sandboxWebhookSecret;
  const signature = signWebhook({ secret, id, timestampSeconds, body: raw });
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds), 'webhook-signature': signature };
  return { id, headers, raw };
}

export async function post(url: string, { headers, raw }: Notification): Promise<boolean> {
  return (await call({ url, method: 'POST', headers, raw })).status === 200;
}

/** The customer pays at the provider, which also sends a notification of its own. */
export async function pay({ actionUrl }: Charge): Promise<void> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status } = await call({
    url: actionUrl ?? '',
    method: 'POST',
    headers,
    raw: Buffer.from('result=succeeded'),
  });
  if (status >= 400) throw new Error(`the sandbox provider answers ${status} to a customer’s decision`);
}
