import { vi } from 'vitest';
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

describePaymentProviderContract('PayPal over HTTP', async () => {
  const { provider, webhookSettings, receiver, post, close } = await openPaypalStand();
  return {
    provider,
    webhookSecret: '',
    webhookSettings,
    accountRefOf: (tenantId) => tenantId,
    script: async ({ tenantId, next }) =>
      void (await post('/control/script', { account: tenantId, next: next.map((behave) => ({ behave })) })),
    decideAction: async (url, result) => void (await post(url, { result })),
    setClockOffset: async (offsetMs) => void (await post('/control/clock', { offset_ms: offsetMs })),
    webhookFor: (attemptId) => vi.waitFor(() => decisionAbout(receiver, attemptId), { timeout: 10_000 }),
    habits: {
      ...{ findsOpenByIdOnly: true, chargesReferenceOnce: true, refusalLeavesOpen: true },
      ...{ capturesOnLookUp: true, forgetsRejectedRefunds: true },
    },
    forgeriesOf,
    close,
  };
});
