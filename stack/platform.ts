import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../db/migrate.ts';
import { describeError } from './describe-error.ts';
import type { StackAddresses } from './local-stack.ts';
import { createPortPicker, findFreePort, type PortPicker } from './ports.ts';
import { type RoleName, type RoleProcess, separateRoles, startRole } from './roles.ts';
import type { Secrets } from './secrets.ts';
import type { ProcessDeath } from './supervised-process.ts';

export type PlatformOptions = {
  stack: StackAddresses;
  secrets: Secrets;
  dataDir: string;
  logDir: string;
  roles: 'all-in-one' | 'each';
  ports?: PortPicker;
  logLevel?: string;
  /** What a process of this role sees in place of the platform's own environment. */
  adaptEnvironment?: (role: RoleName, environment: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
  onProgress?: (line: string) => void;
  onDied?: (death: ProcessDeath) => void;
};

export type Platform = {
  apiUrl: string;
  /** Where providers post to: the role of its own where there is one. */
  webhooksUrl: string;
  sandboxProviderUrl: string;
  /** The sandbox provider in the words of Stripe and of PayPal. */
  sandboxStripeUrl: string;
  sandboxPaypalUrl: string;
  /** One per process, the sandbox provider included. */
  metricsUrls: string[];
  roles: RoleProcess[];
  role(name: string): RoleProcess;
  /** A further process of a role, or of one of your own making: the same environment, another port. */
  addRole(role: RoleName, name?: string): Promise<RoleProcess>;
  stop(): Promise<void>;
};

export function databaseUrlFor(ownerUrl: string, role: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = password;
  return url.href;
}

function composeEnvironment(
  options: PlatformOptions,
  urls: { api: string; webhooks: string; sandboxProvider: string; identity: string | undefined },
  dialectPorts: { stripe: number; paypal: number },
): NodeJS.ProcessEnv {
  const { stack, secrets } = options;
  return {
    REDCORE_APP_DATABASE_URL: databaseUrlFor(stack.databaseUrl, 'redcore_app', secrets.appPassword),
    REDCORE_SYSTEM_DATABASE_URL: databaseUrlFor(stack.databaseUrl, 'redcore_system', secrets.systemPassword),
    REDCORE_IDENTITY_DATABASE_URL: databaseUrlFor(stack.databaseUrl, 'redcore_identity', secrets.identityPassword),
    REDCORE_IDENTITY_URL: urls.identity,
    REDCORE_KEY_SECRET: secrets.keySecret,
    REDCORE_SEAL_KEYS: `local:${secrets.sealSecret}`,
    REDCORE_LOG_LEVEL: options.logLevel ?? process.env['REDCORE_LOG_LEVEL'] ?? 'info',
    REDCORE_PUBLIC_URL: urls.api,
    REDCORE_LOCAL_PROVIDERS: 'on',
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TEMPORAL_NAMESPACE: stack.temporalNamespace,
    TEMPORAL_UI_URL: stack.temporalUiUrl,
    KAFKA_BROKERS: stack.kafkaBrokers.join(','),
    REDIS_URL: stack.redisUrl,
    SANDBOX_PROVIDER_URL: urls.sandboxProvider,
    SANDBOX_WEBHOOK_SECRET: secrets.sandboxWebhookSecret,
    SANDBOX_PROVIDER_DIR: join(options.dataDir, 'sandbox-provider'),
    SANDBOX_WEBHOOK_URL: `${urls.webhooks}/webhooks/sandbox`,
    SANDBOX_STRIPE_PORT: String(dialectPorts.stripe),
    SANDBOX_PAYPAL_PORT: String(dialectPorts.paypal),
    SANDBOX_PAYPAL_WEBHOOK_URL: `${urls.webhooks}/webhooks/paypal`,
  };
}

async function bringSchemaUpToDate({ stack, secrets, onProgress }: PlatformOptions): Promise<void> {
  const { appPassword, systemPassword, identityPassword } = secrets;
  const progress = onProgress ? { onProgress } : {};
  try {
    await migrate({ ownerUrl: stack.databaseUrl, appPassword, systemPassword, identityPassword, ...progress });
  } catch (error) {
    throw new Error(`The database schema could not be brought up to date: ${describeError(error)}`, { cause: error });
  }
}

/** Migrates, then starts the sandbox provider and the roles side by side. */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { logDir, onProgress = () => undefined } = options;
  const ports = options.ports ?? createPortPicker({ preferred: {}, onMoved: onProgress });
  await bringSchemaUpToDate(options);
  mkdirSync(join(options.dataDir, 'sandbox-provider'), { recursive: true, mode: 0o700 });
  const [apiPort, sandboxProviderPort] = [await ports.pick('api'), await ports.pick('sandboxProvider')];
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const sandboxProviderUrl = `http://127.0.0.1:${sandboxProviderPort}`;
  const webhooksPort = options.roles === 'each' ? await findFreePort() : apiPort;
  const webhooksUrl = `http://127.0.0.1:${webhooksPort}`;
  const identityPort = await findFreePort();
  // All in one process, it is that process's own affair.
  const identity = options.roles === 'each' ? `http://127.0.0.1:${identityPort}` : undefined;
  const urls = { api: apiUrl, webhooks: webhooksUrl, sandboxProvider: sandboxProviderUrl, identity };
  const dialectPorts = { stripe: await ports.pick('sandboxStripe'), paypal: await ports.pick('sandboxPaypal') };
  const environment = composeEnvironment(options, urls, dialectPorts);
  const started: RoleProcess[] = [];

  async function start(role: RoleName, port: number, name: string = role): Promise<RoleProcess> {
    const logFile = join(logDir, `${name}.log`);
    const adapt = options.adaptEnvironment ?? ((_role, given) => given);
    const env = { ...adapt(role, environment), REDCORE_ROLE: role };
    const running = await startRole(role, env, { logFile, port, name, onDied: options.onDied });
    started.push(running);
    return running;
  }

  async function stop(): Promise<void> {
    // The provider goes last: what drains may still be charging.
    await Promise.all(started.filter((role) => role.name !== 'sandbox-provider').map((role) => role.stop()));
    await Promise.all(started.map((role) => role.stop()));
  }

  async function startAll(): Promise<void> {
    const provider = start('sandbox-provider', sandboxProviderPort);
    const roles: readonly RoleName[] = options.roles === 'each' ? separateRoles : ['all-in-one'];
    const others = roles.map(async (role) => {
      if (role === 'webhooks') return start(role, webhooksPort);
      if (role === 'identity') return start(role, identityPort);
      const isFront = role === 'api' || role === 'all-in-one';
      return start(role, isFront ? apiPort : await findFreePort());
    });
    const results = await Promise.allSettled([provider, ...others]);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure === undefined) return;
    await stop();
    throw failure.reason;
  }

  await startAll();
  return {
    apiUrl,
    webhooksUrl,
    sandboxProviderUrl,
    sandboxStripeUrl: `http://127.0.0.1:${dialectPorts.stripe}`,
    sandboxPaypalUrl: `http://127.0.0.1:${dialectPorts.paypal}`,
    get metricsUrls() {
      return started.map((role) => `${role.url}/metrics`);
    },
    roles: started,
    role(name) {
      const found = started.find((role) => role.name === name);
      if (found === undefined) throw new Error(`${name} was not started by this platform`);
      return found;
    },
    addRole: async (role, name) => start(role, await findFreePort(), name ?? `${role}-${started.length}`),
    stop,
  };
}
