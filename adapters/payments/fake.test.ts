import { vi } from 'vitest';
import { describePaymentProviderContract } from './contract.ts';
import { FakePaymentProvider } from './fake.ts';

describePaymentProviderContract('in-memory fake', async () => {
  const provider = new FakePaymentProvider();
  return {
    provider,
    webhookSecret: provider.webhooks.secret,
    webhookSettings: {},
    accountRefOf: (tenantId) => tenantId,
    script: async (script) => provider.script(script),
    decideAction: async (url, result) => provider.decideAction(url, result),
    setClockOffset: async (offsetMs) => provider.setClockOffset(offsetMs),
    webhookFor: (attemptId) =>
      vi.waitFor(() => {
        const webhook = provider.webhooks.sent.find((sent) => sent.attemptId === attemptId);
        if (webhook === undefined) throw new Error(`no webhook about ${attemptId}`);
        return webhook;
      }),
    close: async () => undefined,
  };
});
