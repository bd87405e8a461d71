import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { receiveWebhooks, type WebhookReceiver } from './receive-webhooks.ts';
import { type ProviderProcess, spawnProviderProcess } from './spawn-provider-process.ts';

/** A sandbox provider of its own process, store and receiver, for a whole test file. */
export interface SandboxSite {
  /** Of the present process. */
  readonly url: string;
  receiver: WebhookReceiver;
  /** Stops the process and starts another one over the same store. */
  restart: () => Promise<void>;
  close: () => Promise<void>;
}

export async function openSandboxSite(webhookSecret: string): Promise<SandboxSite> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-provider-'));
  const receiver = await receiveWebhooks();
  const spawn = (): Promise<ProviderProcess> =>
    spawnProviderProcess({ folder, webhookUrl: receiver.url, webhookSecret });
  let process = await spawn();
  return {
    get url() {
      return process.url;
    },
    receiver,
    async restart() {
      await process.stop();
      process = await spawn();
    },
    async close() {
      await process.stop();
      await receiver.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The levers that every dialect of the sandbox provider shares; `accountOf` names a tenant's account in its store. */
export function sandboxLevers(site: SandboxSite, accountOf: (tenantId: string) => string) {
  const control = (path: string, body: object): Promise<Record<string, unknown>> => post(`${site.url}${path}`, body);
  const scriptOf =
    (operation: 'charge' | 'refund' | 'webhook') =>
    async ({ tenantId, next }: { tenantId: string; next: string[] }): Promise<void> => {
      const lines = next.map((behave) => ({ behave }));
      await control('/control/script', { operation, account: accountOf(tenantId), next: lines });
    };
  return {
    script: scriptOf('charge'),
    scriptRefunds: scriptOf('refund'),
    deliveryFaults: { script: scriptOf('webhook'), refuse: site.receiver.refuse },
    decideAction: async (url: string, result: 'succeeded' | 'failed') => void (await post(url, { result })),
    setClockOffset: async (offsetMs: number) => void (await control('/control/clock', { offset_ms: offsetMs })),
    openDispute: async (providerChargeId: string, amountMinor?: number) =>
      String((await control('/control/disputes', { charge_id: providerChargeId, amount: amountMinor })).id),
    settleDispute: async (disputeId: string, result: 'won' | 'lost') =>
      void (await control(`/control/disputes/${disputeId}`, { result })),
    chooseMethod,
    receivedAbout: site.receiver.about,
  };
}

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

/** As the form of the page does it. */
async function chooseMethod(url: string, choice: string): Promise<string> {
  const form = new URLSearchParams(choice === 'canceled' ? { result: choice } : { token: choice });
  const response = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  const text = await response.text();
  const location = response.headers.get('location');
  if (location === null) throw new Error(`${url} answered ${response.status}: ${text}`);
  return location;
}
