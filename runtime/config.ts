import { z } from 'zod';
import { gatewayEnvironment, readGatewaySettings } from './gateway-settings.ts';

export const roles = [
  'api',
  'webhooks',
  'billing-worker',
  'payment-worker',
  'relay',
  'forwarder',
  'identity',
  'all-in-one',
] as const;

export type Role = (typeof roles)[number];

const port = z.coerce.number().int().min(0).max(65_535);
const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info');
const address = z.string().regex(/^[^\s:/]+:\d+$/, 'must be host:port');
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\/\S+$/, 'must be a postgres:// URL');
const redisUrl = z.string().regex(/^rediss?:\/\/\S+$/, 'must be a redis:// URL');
const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
const secret = z.string().min(16, 'must have at least 16 characters');

/** `name:secret` each, comma-separated; the first seals, all of them open. */
const sealKeys = z
  .string()
  .transform((list) =>
    list.split(',').map((entry) => {
      const [name = '', ...rest] = entry.trim().split(':');
      return { name, secret: rest.join(':') };
    }),
  )
  .pipe(z.array(z.object({ name: z.string().regex(/^[\w-]{1,40}$/), secret })).min(1));

const addressList = z
  .string()
  .transform((list) => list.split(',').map((entry) => entry.trim()))
  .pipe(z.array(address).min(1));

const roleEnvironment = z.object({
  REDCORE_ROLE: z.enum(roles),
  REDCORE_HOST: z.string().default('127.0.0.1'),
  REDCORE_PORT: port,
  REDCORE_PUBLIC_URL: httpUrl.optional(),
  REDCORE_APP_DATABASE_URL: postgresUrl,
  REDCORE_SYSTEM_DATABASE_URL: postgresUrl,
  REDCORE_IDENTITY_DATABASE_URL: postgresUrl.optional(),
  REDCORE_IDENTITY_URL: httpUrl.optional(),
  DATABASE_URL: postgresUrl.optional(),
  REDCORE_LOCAL_PROVIDERS: z.enum(['on', 'off']).default('off'),
  REDCORE_CHARGE_IN_LINE: z
    .enum(['on', 'off'])
    .default('on')
    .transform((value) => value === 'on'),
  REDCORE_DATABASE_POOL_MAX: z.coerce.number().int().min(1).max(500).default(10),
  TEMPORAL_ADDRESS: address,
  TEMPORAL_NAMESPACE: z.string().default('redcore'),
  TEMPORAL_UI_URL: httpUrl.optional(),
  KAFKA_BROKERS: addressList,
  KAFKA_PARTITIONS_MIN: z.coerce.number().int().min(1).max(1_000).default(4),
  REDIS_URL: redisUrl,
  SANDBOX_PROVIDER_URL: httpUrl,
  SANDBOX_WEBHOOK_SECRET: secret,
  REDCORE_KEY_SECRET: secret,
  REDCORE_SEAL_KEYS: sealKeys,
  REDCORE_LOG_LEVEL: logLevel,
  ...gatewayEnvironment,
});

const sandboxProviderEnvironment = z.object({
  REDCORE_HOST: z.string().default('127.0.0.1'),
  REDCORE_PORT: port,
  SANDBOX_PROVIDER_DIR: z.string().min(1),
  SANDBOX_WEBHOOK_URL: httpUrl,
  SANDBOX_WEBHOOK_SECRET: secret,
  SANDBOX_STRIPE_PORT: port.optional(),
  SANDBOX_STRIPE_WEBHOOK_URL: httpUrl.optional(),
  SANDBOX_STRIPE_WEBHOOK_SECRET: secret.optional(),
  SANDBOX_PAYPAL_PORT: port.optional(),
  SANDBOX_PAYPAL_WEBHOOK_URL: httpUrl.optional(),
  REDCORE_LOG_LEVEL: logLevel,
});

const commandEnvironment = z.object({
  DATABASE_URL: postgresUrl,
  REDCORE_PUBLIC_URL: httpUrl.optional(),
  REDCORE_URL: httpUrl.optional(),
  TEMPORAL_ADDRESS: address.optional(),
  TEMPORAL_NAMESPACE: z.string().default('redcore'),
  KAFKA_BROKERS: addressList.optional(),
  REDIS_URL: redisUrl.optional(),
  SANDBOX_PROVIDER_URL: httpUrl.optional(),
  REDCORE_KEY_SECRET: secret.optional(),
  REDCORE_SEAL_KEYS: sealKeys.optional(),
  REDCORE_LOG_LEVEL: logLevel,
});

// An empty variable counts as unset, as in every shell script that exports `X=`.
function readEnvironment<T extends z.ZodType>(schema: T, environment: NodeJS.ProcessEnv): z.output<T> {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? 'environment');
    return name in present ? `${name} is wrong (${issue.message})` : `${name} is missing`;
  });
  throw new Error(`Configuration: ${[...new Set(complaints)].join('; ')}.`);
}

export function parseConfig(environment: NodeJS.ProcessEnv) {
  const env = readEnvironment(roleEnvironment, environment);
  return {
    role: env.REDCORE_ROLE,
    host: env.REDCORE_HOST,
    port: env.REDCORE_PORT,
    publicUrl: env.REDCORE_PUBLIC_URL ?? `http://${env.REDCORE_HOST}:${env.REDCORE_PORT}`,
    appDatabaseUrl: env.REDCORE_APP_DATABASE_URL,
    systemDatabaseUrl: env.REDCORE_SYSTEM_DATABASE_URL,
    /** Only where the identity service runs. */
    identityDatabaseUrl: env.REDCORE_IDENTITY_DATABASE_URL,
    /** Where the identity service listens inside; absent in the process that runs it itself. */
    identityUrl: env.REDCORE_IDENTITY_URL,
    ownerDatabaseUrl: env.DATABASE_URL,
    allowsLocalProviders: env.REDCORE_LOCAL_PROVIDERS === 'on',
    chargesInLine: env.REDCORE_CHARGE_IN_LINE,
    databasePoolMax: env.REDCORE_DATABASE_POOL_MAX,
    temporalAddress: env.TEMPORAL_ADDRESS,
    temporalNamespace: env.TEMPORAL_NAMESPACE,
    /** For links to workflows; absent: none are shown. */
    temporalUiUrl: env.TEMPORAL_UI_URL,
    kafkaBrokers: env.KAFKA_BROKERS,
    kafkaPartitionsMin: env.KAFKA_PARTITIONS_MIN,
    redisUrl: env.REDIS_URL,
    sandboxProviderUrl: env.SANDBOX_PROVIDER_URL,
    sandboxWebhookSecret: env.SANDBOX_WEBHOOK_SECRET,
    keySecret: env.REDCORE_KEY_SECRET,
    sealKeys: env.REDCORE_SEAL_KEYS,
    logLevel: env.REDCORE_LOG_LEVEL,
    gateway: readGatewaySettings(env),
  };
}

export type Config = ReturnType<typeof parseConfig>;

let cached: Config | undefined;

export function loadConfig(): Config {
  cached ??= parseConfig(process.env);
  return cached;
}

export function loadSandboxProviderConfig() {
  const env = readEnvironment(sandboxProviderEnvironment, process.env);
  return {
    host: env.REDCORE_HOST,
    port: env.REDCORE_PORT,
    storeDir: env.SANDBOX_PROVIDER_DIR,
    webhookUrl: env.SANDBOX_WEBHOOK_URL,
    webhookSecret: env.SANDBOX_WEBHOOK_SECRET,
    stripe: stripeDialectOf(env),
    paypalPort: env.SANDBOX_PAYPAL_PORT,
    paypalWebhookUrl: env.SANDBOX_PAYPAL_WEBHOOK_URL ?? null,
    logLevel: env.REDCORE_LOG_LEVEL,
  };
}

/** Stripe's dialect runs where its port is set; without url and secret it sends no webhooks. */
function stripeDialectOf(env: z.output<typeof sandboxProviderEnvironment>) {
  const { SANDBOX_STRIPE_PORT: stripePort, SANDBOX_STRIPE_WEBHOOK_URL: url } = env;
  if (stripePort === undefined) return undefined;
  const webhookSecret = env.SANDBOX_STRIPE_WEBHOOK_SECRET;
  if ((url === undefined) !== (webhookSecret === undefined))
    throw new Error('Configuration: SANDBOX_STRIPE_WEBHOOK_URL and SANDBOX_STRIPE_WEBHOOK_SECRET go together.');
  return { port: stripePort, webhook: url && webhookSecret ? { url, secret: webhookSecret } : null };
}

/** For one-off commands run as the owner: migrations, key creation, rebuild, invariants. */
export function loadCommandConfig() {
  const env = readEnvironment(commandEnvironment, process.env);
  return {
    ownerDatabaseUrl: env.DATABASE_URL,
    /** The second is what `npm start` leaves behind. */
    publicUrl: env.REDCORE_PUBLIC_URL ?? env.REDCORE_URL,
    temporalAddress: env.TEMPORAL_ADDRESS,
    temporalNamespace: env.TEMPORAL_NAMESPACE,
    kafkaBrokers: env.KAFKA_BROKERS,
    redisUrl: env.REDIS_URL,
    sandboxProviderUrl: env.SANDBOX_PROVIDER_URL,
    keySecret: env.REDCORE_KEY_SECRET,
    sealKeys: env.REDCORE_SEAL_KEYS,
    logLevel: env.REDCORE_LOG_LEVEL,
  };
}

/** The process that started this one, when it asked to be outlived by nobody. */
export function loadParentPid(): number | undefined {
  const pid = Number(process.env['REDCORE_PARENT_PID']);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
}
