import { vi } from 'vitest';
import { describeScriptedProviderContract } from './contract/scripted-contract.ts';
import type { ScriptedSubject } from './contract/scripted-subject.ts';
import { describePaymentProviderContract } from './contract.ts';
import { FakePaymentProvider } from './fake.ts';

async function makeSubject(): Promise<ScriptedSubject> {
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
    lostAfterMs: 300,
    scriptRefunds: async (script) => provider.script({ operation: 'refund', ...script }),
    openDispute: async (providerChargeId, amountMinor) => provider.openDispute(providerChargeId, amountMinor),
    settleDispute: async (disputeId, result) => provider.settleDispute(disputeId, result),
    chooseMethod: async (url, choice) => provider.completeSetup(url, choice),
    receivedAbout: (name) => provider.webhooks.sent.filter(({ rawBody }) => Buffer.from(rawBody).includes(name)),
    close: async () => undefined,
  };
}

describePaymentProviderContract('in-memory fake', makeSubject);
describeScriptedProviderContract('in-memory fake', makeSubject);
