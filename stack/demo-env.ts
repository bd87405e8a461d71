import { writeFileAtomically } from './write-file-atomically.ts';

export type DemoEnvironment = {
  REDCORE_URL: string;
  /** The tenant of the first key. */
  REDCORE_TENANT: string;
  REDCORE_API_KEY: string;
  REDCORE_API_KEY_B: string;
  /** The owner of the first tenant, and an operator of the platform, as people. */
  ADMIN_LOGIN: string;
  ADMIN_PASSWORD: string;
  OPERATOR_LOGIN: string;
  OPERATOR_PASSWORD: string;
  /** The business with demo data, and who owns it. */
  DEMO_TENANT: string;
  DEMO_API_KEY: string;
  DEMO_LOGIN: string;
  DEMO_PASSWORD: string;
  /** A machine of the first tenant that signs in by OAuth2. */
  OIDC_ISSUER: string;
  OIDC_CLIENT_ID: string;
  OIDC_CLIENT_SECRET: string;
  TEMPORAL_UI_URL: string;
  TEMPORAL_ADDRESS: string;
  TEMPORAL_NAMESPACE: string;
  KAFKA_BROKERS: string;
  DATABASE_URL: string;
  REDIS_URL: string;
  METRICS_URLS: string;
  SANDBOX_PROVIDER_URL: string;
  /** The sandbox provider as Stripe, as PayPal, and as a provider of one's own. */
  STRIPE_URL: string;
  PAYPAL_URL: string;
  CUSTOM_PROVIDER_URL: string;
  /** Where providers post notifications, and what the sandbox signs its own with. */
  WEBHOOKS_URL: string;
  WEBHOOK_SECRET: string;
};

function quoteForShell(value: string): string {
  return /^[\w./:@,+-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

export function renderDemoEnvironment(environment: DemoEnvironment): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${quoteForShell(value)}\n`)
    .join('');
}

/** Its appearance says "ready"; it holds keys and the owner's password, so nobody else may read it. */
export function writeDemoEnvironment(file: string, environment: DemoEnvironment): void {
  writeFileAtomically(file, renderDemoEnvironment(environment), 0o600);
}
