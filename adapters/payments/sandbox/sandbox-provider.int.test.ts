import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { describePaymentProviderContract } from '../contract.ts';
import { receiveWebhooks } from './receive-webhooks.ts';
import { createSandboxProvider } from './sandbox-provider.ts';
import { spawnProviderProcess } from './spawn-provider-process.ts';

const webhookSecret = 'whsec_c2FuZGJveC1pbnRlZ3JhdGlvbi10ZXN0LXNlY3JldA==';

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  await response.body?.cancel();
}

describePaymentProviderContract('sandbox over HTTP', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-provider-'));
  const receiver = await receiveWebhooks();
  const sandbox = await spawnProviderProcess({ folder, webhookUrl: receiver.url, webhookSecret });
  const provider = createSandboxProvider({ baseUrl: sandbox.url });
  return {
    provider,
    webhookSecret,
    webhookSettings: {},
    accountRefOf: (tenantId) => tenantId,
    script: ({ tenantId, next }) =>
      post(`${sandbox.url}/control/script`, { account: tenantId, next: next.map((behave) => ({ behave })) }),
    decideAction: (url, result) => post(url, { result }),
    setClockOffset: (offsetMs) => post(`${sandbox.url}/control/clock`, { offset_ms: offsetMs }),
    webhookFor: (attemptId) => vi.waitFor(() => receiver.find(attemptId), { timeout: 10_000 }),
    async close() {
      provider.close();
      await sandbox.stop();
      await receiver.close();
      await rm(folder, { recursive: true });
    },
  };
});
