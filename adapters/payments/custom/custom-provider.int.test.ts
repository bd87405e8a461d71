import { describe, expect, it, vi } from 'vitest';
import { describeScriptedProviderContract } from '../contract/scripted-contract.ts';
import type { ScriptedSubject } from '../contract/scripted-subject.ts';
import { failureOf, newPayer, newTenant } from '../contract/subject.ts';
import { describePaymentProviderContract } from '../contract.ts';
import { openSandboxSite, type SandboxSite, sandboxLevers } from '../sandbox/sandbox-subject.ts';
import { createCustomProvider } from './custom-provider.ts';

const signingSecret = 'whsec_Y3VzdG9tLXByb3ZpZGVyLWludGVncmF0aW9uLXRlc3Q=';
const notifySecret = 'whsec_bm90aWZpY2F0aW9ucy1vZi10aGUtY3VzdG9tLW9uZQ==';

/** The business's side is the sandbox provider's: every tenant of the suite is a business of its own there. */
function businessesOf(site: SandboxSite) {
  const registered = new Map<string, Promise<void>>();
  const register = async (account: string): Promise<void> => {
    const secrets = { signing_secret: signingSecret, notify_secret: notifySecret };
    const body = JSON.stringify({ account, ...secrets, notify_url: site.receiver.url });
    const response = await fetch(`${site.url}/control/custom-accounts`, { method: 'POST', body });
    expect(await response.json()).toEqual({ account, base_url: `${site.url}/custom/${account}` });
  };
  return async (tenantId: string) => {
    if (!registered.has(tenantId)) registered.set(tenantId, register(tenantId));
    await registered.get(tenantId);
    const settings = { base_url: `${site.url}/custom/${tenantId}`, key_window_hours: '24' };
    return { mode: 'test' as const, credentials: { signing_secret: signingSecret }, settings };
  };
}

async function makeSubject(): Promise<ScriptedSubject> {
  const site = await openSandboxSite(notifySecret);
  const custom = createCustomProvider({ accountOf: businessesOf(site) });
  // The suite asks a provider for the window it is to wait for; these businesses declare a day.
  const provider = { ...custom, capabilities: { ...custom.capabilities, idempotencyWindowMs: 86_400_000 } };
  return {
    ...sandboxLevers(site, (tenantId) => `custom:${tenantId}`),
    provider,
    webhookSecret: notifySecret,
    webhookSettings: {},
    accountRefOf: () => null,
    webhookFor: (attemptId) => vi.waitFor(() => site.receiver.find(attemptId), { timeout: 10_000 }),
    async close() {
      custom.close();
      await site.close();
    },
  };
}

describePaymentProviderContract('custom protocol over HTTP', makeSubject);
describeScriptedProviderContract('custom protocol over HTTP', makeSubject, { listsEvents: false });

describe('the custom protocol', () => {
  it('takes a wrong secret for what it is: nothing was sent, and it is no decline', async () => {
    const site = await openSandboxSite(notifySecret);
    const open = businessesOf(site);
    const wrong = { signing_secret: 'whsec_bm90IHRoZSBvbmUgdGhhdCB3YXMgYWdyZWVk' };
    const provider = createCustomProvider({
      accountOf: async (tenantId) => ({ ...(await open(tenantId)), credentials: wrong }),
    });
    const failure = await failureOf(newPayer({ provider }));
    expect(failure).toMatchObject({ kind: 'not_sent', code: 'credentials_refused' });
    provider.close();
    await site.close();
  });

  it('signs for one call of one account', async () => {
    const site = await openSandboxSite(notifySecret);
    const open = businessesOf(site);
    const stranger = newTenant();
    await open(stranger);
    const elsewhere = createCustomProvider({
      accountOf: async (tenantId) => {
        const account = await open(tenantId);
        return { ...account, settings: { ...account.settings, base_url: `${site.url}/custom/${stranger}` } };
      },
    });
    expect(await failureOf(newPayer({ provider: elsewhere }))).toMatchObject({ kind: 'rejected', code: 'wrong_call' });
    elsewhere.close();
    await site.close();
  });

  it('knows the window that the business declared', async () => {
    const settings = { base_url: 'https://payments.example', key_window_hours: '72' };
    const account = { mode: 'live' as const, credentials: { signing_secret: signingSecret }, settings };
    const provider = createCustomProvider({ accountOf: async () => account });
    expect(await provider.keyWindows?.('ten_1')).toEqual({ chargeMs: 259_200_000, refundMs: 259_200_000 });
    provider.close();
  });
});
