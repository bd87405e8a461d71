import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountOf } from '../account.ts';
import { secretOf } from '../sandbox/paypal-server/access-tokens.ts';
import { sandboxWebhookId } from '../sandbox/paypal-server/paypal.ts';
import { receiveWebhooks, type WebhookReceiver } from '../sandbox/receive-webhooks.ts';
import { type ProviderProcess, spawnProviderProcess } from '../sandbox/spawn-provider-process.ts';
import { createPaypalProvider, type PaypalProvider } from './paypal-provider.ts';

const webhookSecret = 'whsec_c2FuZGJveC1pbnRlZ3JhdGlvbi10ZXN0LXNlY3JldA==';

/** The adapter and the dialect as a process of its own, with what stands for the world around them. */
export interface PaypalStand {
  provider: PaypalProvider;
  url: string;
  webhookSettings: Record<string, string>;
  receiver: WebhookReceiver;
  post: (path: string, body: object) => Promise<unknown>;
  close: () => Promise<void>;
}

/** Every tenant id is a client id of the dialect. */
export function accountsAt(url: string): AccountOf {
  return async (tenantId) => ({
    mode: 'test',
    credentials: { client_id: tenantId, client_secret: secretOf(tenantId) },
    settings: { base_url: url },
  });
}

export async function openPaypalStand(): Promise<PaypalStand> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-paypal-'));
  const receiver = await receiveWebhooks();
  const sandbox: ProviderProcess = await spawnProviderProcess({
    ...{ folder, webhookUrl: receiver.url, webhookSecret, paypalWebhookUrl: receiver.url },
  });
  const url = sandbox.paypalUrl;
  if (url === null) throw new Error('the sandbox provider started no dialect of PayPal');
  const provider = createPaypalProvider({ accountOf: accountsAt(url) });
  return {
    provider,
    url,
    webhookSettings: { webhook_id: sandboxWebhookId, cert_host: new URL(url).host },
    receiver,
    async post(path, body) {
      const response = await fetch(new URL(path, url), { method: 'POST', body: JSON.stringify(body) });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
      return JSON.parse(text);
    },
    async close() {
      provider.close();
      await sandbox.stop();
      await receiver.close();
      await rm(folder, { recursive: true });
    },
  };
}
