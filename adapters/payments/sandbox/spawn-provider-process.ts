import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ProviderProcessOptions {
  /** Its store; the same folder again continues where the last process stopped or was killed. */
  folder: string;
  webhookUrl: string;
  webhookSecret: string;
}

export interface ProviderProcess {
  url: string;
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
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await readUrl(child);
  return {
    url,
    pid: child.pid ?? 0,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}

async function readUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the sandbox provider has no output');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const { url } = JSON.parse(line) as { url?: string };
    if (url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error('the sandbox provider ended before it was ready');
}
