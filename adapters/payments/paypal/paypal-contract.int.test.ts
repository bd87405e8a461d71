import { vi } from 'vitest';
import { describeScriptedProviderContract } from '../contract/scripted-contract.ts';
import type { ScriptedSubject } from '../contract/scripted-subject.ts';
import { describePaymentProviderContract } from '../contract.ts';
import type { ParseWebhookRequest } from '../port.ts';
import type { WebhookReceiver } from '../sandbox/receive-webhooks.ts';
import { openPaypalStand } from './paypal-stand.ts';

/** The first event that tells of a decision about this attempt. */
function decisionAbout(receiver: WebhookReceiver, attemptId: string) {
  const found = receiver.received.find(({ rawBody }) => {
    const text = Buffer.from(rawBody).toString();
    return text.includes(`"${attemptId}"`) && !text.includes('CAPTURE.PENDING');
  });
  if (found === undefined) throw new Error(`no webhook about ${attemptId} arrived`);
  return found;
}

function forgeriesOf(genuine: ParseWebhookRequest): ParseWebhookRequest[] {
  const altered = Buffer.from(Buffer.from(genuine.rawBody).toString().replace('19.99', '0.01'));
  const withHeader = (name: string, value: string | undefined) => ({
    ...genuine,
    headers: { ...genuine.headers, [name]: value },
  });
  const minutes = (count: number) => ({ ...genuine, now: new Date(Date.now() + count * 60_000) });
  return [
    { ...genuine, rawBody: altered },
    { ...genuine, settings: { ...genuine.settings, webhook_id: 'WH-OTHER' } },
    { ...genuine, settings: { cert_host: genuine.settings['cert_host'] ?? '' } },
    withHeader('paypal-transmission-id', 'another'),
    withHeader('paypal-transmission-time', new Date().toISOString()),
    withHeader('paypal-transmission-sig', 'AAAA'),
    withHeader('paypal-auth-algo', 'none'),
    withHeader('paypal-cert-url', undefined),
    { ...genuine, headers: {} },
    minutes(6),
    minutes(-6),
  ];
}

async function makeSubject(): Promise<ScriptedSubject> {
  const { provider, webhookSettings, receiver, post, close } = await openPaypalStand();
  const scriptOf =
    (operation: 'charge' | 'refund' | 'webhook') =>
    async ({ tenantId, next }: { tenantId: string; next: string[] }): Promise<void> => {
      const lines = next.map((behave) => ({ behave }));
      await post('/control/script', { operation, account: tenantId, next: lines });
    };
  const orders = new Map<string, string>();
  const openDispute = async (order_id: string, amount?: number): Promise<string> => {
    const { dispute_id } = (await post('/control/disputes', { order_id, amount })) as { dispute_id: string };
    orders.set(dispute_id, order_id);
    return dispute_id;
  };
  const settleDispute = async (dispute_id: string, status: 'won' | 'lost'): Promise<void> =>
    void (await post('/control/disputes', { order_id: orders.get(dispute_id), dispute_id, status }));
  const disputes = new Map<string, string>();
  return {
    provider,
    webhookSecret: '',
    webhookSettings,
    accountRefOf: (tenantId) => tenantId,
    script: scriptOf('charge'),
    scriptRefunds: scriptOf('refund'),
    deliveryFaults: { script: scriptOf('webhook'), refuse: receiver.refuse },
    receivedAbout: receiver.about,
    deliveries: () => receiver.received,
    openDispute,
    settleDispute,
    disputes: {
      async open({ providerChargeId, amountMinor }) {
        disputes.set(providerChargeId, await openDispute(providerChargeId, amountMinor));
      },
      settle: ({ providerChargeId, result }) => settleDispute(disputes.get(providerChargeId) ?? '', result),
    },
    finishSetup: async (url, token) => void (await post(url, { method: token })),
    decideAction: async (url, result) => void (await post(url, { result })),
    setClockOffset: async (offsetMs) => void (await post('/control/clock', { offset_ms: offsetMs })),
    webhookFor: (attemptId) => vi.waitFor(() => decisionAbout(receiver, attemptId), { timeout: 10_000 }),
    habits: {
      ...{ findsOpenByIdOnly: true, chargesReferenceOnce: true, refusalLeavesOpen: true },
      ...{ capturesOnLookUp: true, forgetsRejectedRefunds: true, disputeBarsRefunds: true, completesSetupOnRead: true },
    },
    forgeriesOf,
    close,
  };
}

describePaymentProviderContract('PayPal over HTTP', makeSubject);
describeScriptedProviderContract('PayPal over HTTP', makeSubject, { listsEvents: false, ownSetups: false });
