import { join } from 'node:path';
import type { DemoEnvironment } from './demo-env.ts';
import { keepAlive } from './keep-alive.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { type Platform, startPlatform } from './platform.ts';
import { createPortPicker, type PreferredPorts } from './ports.ts';
import { provisionDemoClient } from './provision-demo-client.ts';
import { demoAdministrator, demoOperator, provisionDemoPeople, shopOwner } from './provision-demo-people.ts';
import { provisionDemoTenants } from './provision-demo-tenants.ts';

export type Everything = {
  stack: LocalStack;
  platform: Platform;
  environment: DemoEnvironment;
  stop(): Promise<void>;
};

/** Components, migrations, roles, two empty tenants and the demo's business. A process that dies is named and started again. */
export async function startEverything(options: {
  dataDir: string;
  logDir: string;
  preferredPorts: PreferredPorts;
  external: boolean;
  roles: 'all-in-one' | 'each';
  onProgress: (line: string) => void;
  /** A process keeps dying: what to do with the rest is the caller's decision. */
  onGivenUp: (sentence: string) => void;
}): Promise<Everything> {
  const { dataDir, logDir, preferredPorts, roles, onProgress, onGivenUp } = options;
  let stack: LocalStack | undefined;
  let platform: Platform | undefined;
  const onDied = keepAlive({
    find: (name) => [...(stack?.components ?? []), ...(platform?.roles ?? [])].find((process) => process.name === name),
    onProgress,
    onGivenUp,
  });

  async function stop(): Promise<void> {
    await platform?.stop();
    await stack?.stop();
  }

  try {
    stack = await startLocalStack({ dataDir, logDir, preferredPorts, external: options.external, onProgress, onDied });
    const { secrets } = stack;
    const ports = createPortPicker({
      preferred: preferredPorts,
      file: join(dataDir, 'ports.json'),
      onMoved: onProgress,
    });
    platform = await startPlatform({ stack, secrets, dataDir, logDir, roles, ports, onProgress, onDied });
    const environment = await provision({ stack, platform, dataDir });
    return { stack, platform, environment, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What is there for whoever tries the platform out, made once, with every address of it. */
async function provision(options: {
  stack: LocalStack;
  platform: Platform;
  dataDir: string;
}): Promise<DemoEnvironment> {
  const { stack, platform, dataDir } = options;
  const { secrets, databaseUrl } = stack;
  const { first, second, shop } = await provisionDemoTenants({ ownerUrl: databaseUrl, dataDir, secrets });
  const { tenantId } = first;
  const of = { tenantId, shopTenantId: shop.tenantId };
  const people = await provisionDemoPeople({ ownerUrl: databaseUrl, dataDir, secrets, ...of });
  const machine = await provisionDemoClient({ ownerUrl: databaseUrl, dataDir, secrets, tenantId });
  return {
    REDCORE_URL: platform.apiUrl,
    REDCORE_TENANT: tenantId,
    REDCORE_API_KEY: first.apiKey,
    REDCORE_API_KEY_B: second.apiKey,
    ADMIN_LOGIN: demoAdministrator,
    ADMIN_PASSWORD: people.adminPassword,
    OPERATOR_LOGIN: demoOperator,
    OPERATOR_PASSWORD: people.operatorPassword,
    DEMO_TENANT: shop.tenantId,
    DEMO_API_KEY: shop.apiKey,
    DEMO_LOGIN: shopOwner,
    DEMO_PASSWORD: people.shopPassword,
    OIDC_ISSUER: platform.apiUrl,
    OIDC_CLIENT_ID: machine.id,
    OIDC_CLIENT_SECRET: machine.secret,
    TEMPORAL_UI_URL: stack.temporalUiUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    TEMPORAL_NAMESPACE: stack.temporalNamespace,
    KAFKA_BROKERS: stack.kafkaBrokers.join(','),
    DATABASE_URL: databaseUrl,
    REDIS_URL: stack.redisUrl,
    METRICS_URLS: platform.metricsUrls.join(','),
    SANDBOX_PROVIDER_URL: platform.sandboxProviderUrl,
    STRIPE_URL: platform.sandboxStripeUrl,
    PAYPAL_URL: platform.sandboxPaypalUrl,
    CUSTOM_PROVIDER_URL: `${platform.sandboxProviderUrl}/custom`,
    WEBHOOKS_URL: `${platform.webhooksUrl}/webhooks`,
    WEBHOOK_SECRET: secrets.sandboxWebhookSecret,
  };
}
