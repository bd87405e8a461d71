import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { ProviderAccount } from '../account.ts';
import { receiveWebhooks } from '../sandbox/receive-webhooks.ts';
import { spawnProviderProcess } from '../sandbox/spawn-provider-process.ts';
import { createStripeProvider, type StripeProvider } from '../stripe/stripe-provider.ts';
import type { ScriptedSubject } from './scripted-subject.ts';
import { forgeries } from './subject.ts';

const webhookSecret = 'whsec_stripe_dialect_of_the_sandbox';

export interface StripeSubject extends ScriptedSubject {
  provider: StripeProvider;
  stripeUrl: string;
}

/** Each tenant has a Stripe account of its own: its key. */
export function accountOfKey(tenantId: string, baseUrl: string): ProviderAccount {
  return { mode: 'test', credentials: { secret_key: `sk_test_${tenantId}` }, settings: { base_url: baseUrl } };
}

/** The adapter with the official SDK over HTTP to the sandbox provider's Stripe dialect in a process of its own. */
export async function startStripeSubject(): Promise<StripeSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'stripe-provider-'));
  const receiver = await receiveWebhooks();
  const stripe = { webhookUrl: receiver.url, webhookSecret };
  const sandbox = await spawnProviderProcess({ folder, webhookUrl: receiver.url, webhookSecret, stripe });
  const { stripeUrl } = sandbox;
  if (stripeUrl === null) throw new Error('the sandbox provider speaks no Stripe');
  const provider = createStripeProvider({
    accountOf: async (tenantId) => accountOfKey(tenantId, stripeUrl),
    returnUrl: 'https://merchant.example/back',
  });
  const disputes = new Map<string, string>();
  const scriptOf =
    (operation: 'charge' | 'refund' | 'webhook') =>
    async ({ tenantId, next }: { tenantId: string; next: string[] }): Promise<void> => {
      const lines = next.map((behave) => ({ behave }));
      await post(`${sandbox.url}/control/script`, { operation, account: `stripe:${tenantId}`, next: lines });
    };
  const openDispute = async (providerChargeId: string, amountMinor?: number): Promise<string> =>
    (await post(`${stripeUrl}/control/disputes`, { payment_intent: providerChargeId, amount: amountMinor })).id;
  const settleDispute = async (id: string, result: 'won' | 'lost'): Promise<void> =>
    void (await post(`${stripeUrl}/control/disputes/${id}`, { result }));
  const isDecided = (type: string): boolean => /^payment_intent\.(succeeded|payment_failed|canceled)$/.test(type);
  return {
    provider,
    stripeUrl,
    webhookSecret,
    webhookSettings: {},
    accountRefOf: () => null,
    unreachableFailure: { kind: 'rate_limited' },
    habits: { forgetsRejectedRefunds: true, disputeBarsRefunds: true },
    failedRefundCode: 'lost_or_stolen_card',
    forgeriesOf: (request) => forgeries(request, [{ 'stripe-signature': '' }, { 'stripe-signature': 't=1,v1=00' }]),
    deliveries: () => receiver.received,
    script: scriptOf('charge'),
    scriptRefunds: scriptOf('refund'),
    deliveryFaults: { script: scriptOf('webhook'), refuse: receiver.refuse },
    receivedAbout: receiver.about,
    openDispute,
    settleDispute,
    decideAction: async (url, result) => void (await post(url, { result })),
    setClockOffset: async (offsetMs) => void (await post(`${sandbox.url}/control/clock`, { offset_ms: offsetMs })),
    finishSetup: async (url, token) => void (await post(url, { token })),
    disputes: {
      async open({ providerChargeId, amountMinor }) {
        disputes.set(providerChargeId, await openDispute(providerChargeId, amountMinor));
      },
      settle: ({ providerChargeId, result }) => settleDispute(disputes.get(providerChargeId) ?? '', result),
    },
    webhookFor: (attemptId) =>
      vi.waitFor(
        () => {
          const found = receiver.received.find(({ rawBody }) => {
            const { type, data } = JSON.parse(Buffer.from(rawBody).toString());
            const declinedOffSession = data.object.last_payment_error?.code === 'authentication_required';
            return isDecided(type) && !declinedOffSession && data.object.metadata.attempt_id === attemptId;
          });
          if (found === undefined) throw new Error(`no decision about ${attemptId} arrived`);
          return found;
        },
        { timeout: 10_000 },
      ),
    async close() {
      provider.close();
      await sandbox.stop();
      await receiver.close();
      await rm(folder, { recursive: true });
    },
  };
}

export async function post(url: string, body: object): Promise<{ id: string }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as { id: string };
}
