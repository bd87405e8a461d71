import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { describePaymentProviderContract } from '../contract.ts';
import { receiveWebhooks } from '../sandbox/receive-webhooks.ts';
import { spawnProviderProcess } from '../sandbox/spawn-provider-process.ts';
import { createCustomProvider } from './custom-provider.ts';

const signingSecret = 'whsec_Y3VzdG9tLXByb3ZpZGVyLWludGVncmF0aW9uLXRlc3Q=';
const notifySecret = 'whsec_bm90aWZpY2F0aW9ucy1vZi10aGUtY3VzdG9tLW9uZQ==';

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  await response.body?.cancel();
}

/** The business's side is the sandbox provider's: every tenant of the suite is a business of its own there. */
async function startBusiness() {
  const folder = await mkdtemp(join(tmpdir(), 'custom-provider-'));
  const receiver = await receiveWebhooks();
  const sandbox = await spawnProviderProcess({ folder, webhookUrl: receiver.url, webhookSecret: notifySecret });
  const registered = new Map<string, Promise<void>>();
  const register = (account: string): Promise<void> =>
    post(`${sandbox.url}/control/custom-accounts`, {
      ...{ account, signing_secret: signingSecret, notify_url: receiver.url, notify_secret: notifySecret },
    });
  const accountOf = async (tenantId: string) => {
    if (!registered.has(tenantId)) registered.set(tenantId, register(tenantId));
    await registered.get(tenantId);
    const settings = { base_url: `${sandbox.url}/custom/${tenantId}`, key_window_hours: '24' };
    return { mode: 'test' as const, credentials: { signing_secret: signingSecret }, settings };
  };
  return { folder, receiver, sandbox, accountOf };
}

describePaymentProviderContract('custom protocol over HTTP', async () => {
  const { folder, receiver, sandbox, accountOf } = await startBusiness();
  const custom = createCustomProvider({ accountOf });
  // The suite asks a provider for the window it is to wait for; this business declares a day.
  const provider = { ...custom, capabilities: { ...custom.capabilities, idempotencyWindowMs: 86_400_000 } };
  return {
    provider,
    webhookSecret: notifySecret,
    webhookSettings: {},
    accountRefOf: () => null,
    script: ({ tenantId, next }) =>
      post(`${sandbox.url}/control/script`, {
        account: `custom:${tenantId}`,
        next: next.map((behave) => ({ behave })),
      }),
    decideAction: (url, result) => post(url, { result }),
    setClockOffset: (offsetMs) => post(`${sandbox.url}/control/clock`, { offset_ms: offsetMs }),
    webhookFor: (attemptId) => vi.waitFor(() => receiver.find(attemptId), { timeout: 10_000 }),
    async close() {
      custom.close();
      await sandbox.stop();
      await receiver.close();
      await rm(folder, { recursive: true });
    },
  };
});
