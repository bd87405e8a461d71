import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ProviderProcessOptions {
  /** Its store; the same folder again continues where the last process stopped or was killed. */
  folder: string;
  webhookUrl: string;
  webhookSecret: string;
  /** Stripe's dialect on a free port of its own. */
  stripe?: { webhookUrl: string; webhookSecret: string };
  /** Present: PayPal's dialect runs too, and its events go to this address. */
  paypalWebhookUrl?: string;
}

export interface ProviderProcess {
  url: string;
  stripeUrl: string | null;
  paypalUrl: string | null;
  pid: number;
  stop: (signal?: NodeJS.Signals) => Promise<void>;
}

const entry = fileURLToPath(new URL('../../../workers/sandbox-provider.ts', import.meta.url));

/** The real sandbox provider on a free port, for tests; it ends with the process that asked for it. */
export async function spawnProviderProcess(options: ProviderProcessOptions): Promise<ProviderProcess> {
  const child = spawn(process.execPath, [entry], {
    env: {
      TZ: 'UTC',
      REDCORE_PORT: '0',
      REDCORE_PARENT_PID: String(process.pid),
      SANDBOX_PROVIDER_DIR: options.folder,
      SANDBOX_WEBHOOK_URL: options.webhookUrl,
      SANDBOX_WEBHOOK_SECRET: options.webhookSecret,
      ...(options.stripe && {
        SANDBOX_STRIPE_PORT: '0',
        SANDBOX_STRIPE_WEBHOOK_URL: options.stripe.webhookUrl,
        SANDBOX_STRIPE_WEBHOOK_SECRET: options.stripe.webhookSecret,
      }),
      ...(options.paypalWebhookUrl !== undefined && {
        SANDBOX_PAYPAL_PORT: '0',
        SANDBOX_PAYPAL_WEBHOOK_URL: options.paypalWebhookUrl,
      }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const urls = await readUrls(child);
  return {
    ...urls,
    pid: child.pid ?? 0,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}

type Urls = Pick<ProviderProcess, 'url' | 'stripeUrl' | 'paypalUrl'>;

async function readUrls(child: ChildProcess): Promise<Urls> {
  if (child.stdout === null) throw new Error('the sandbox provider has no output');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const { url, stripeUrl = null, paypalUrl = null } = JSON.parse(line) as Partial<Urls>;
    if (url === undefined) continue;
    child.stdout.resume();
    return { url, stripeUrl, paypalUrl };
  }
  throw new Error('the sandbox provider ended before it was ready');
}
