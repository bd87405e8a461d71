import { vi } from 'vitest';
import { describeScriptedProviderContract } from '../contract/scripted-contract.ts';
import type { ScriptedSubject } from '../contract/scripted-subject.ts';
import { describePaymentProviderContract } from '../contract.ts';
import { createSandboxProvider } from './sandbox-provider.ts';
import { openSandboxSite, sandboxLevers } from './sandbox-subject.ts';

const webhookSecret = 'whsec_c2FuZGJveC1pbnRlZ3JhdGlvbi10ZXN0LXNlY3JldA==';

async function makeSubject(): Promise<ScriptedSubject> {
  const site = await openSandboxSite(webhookSecret);
  const provider = createSandboxProvider({ baseUrl: site.url });
  return {
    ...sandboxLevers(site, (tenantId) => tenantId),
    provider,
    webhookSecret,
    webhookSettings: {},
    accountRefOf: (tenantId) => tenantId,
    webhookFor: (attemptId) => vi.waitFor(() => site.receiver.find(attemptId), { timeout: 10_000 }),
    async close() {
      provider.close();
      await site.close();
    },
  };
}

describePaymentProviderContract('sandbox over HTTP', makeSubject);
describeScriptedProviderContract('sandbox over HTTP', makeSubject);
