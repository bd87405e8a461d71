import { isIP } from 'node:net';
import { z } from 'zod';

const defaultRates = {
  ...{ ip: 2_000, tenant: 1_000, caller: 500, write: 300, money: 100 },
  ...{ secret: 60, login: 120, failure: 120 },
};
type RateName = keyof typeof defaultRates;

/** `name=number` each, comma-separated; what is not named keeps its default. */
const rates = z
  .string()
  .transform((list) => Object.fromEntries(list.split(',').map((entry) => entry.trim().split('='))))
  .pipe(
    z.partialRecord(
      z.enum(Object.keys(defaultRates) as [RateName, ...RateName[]]),
      z.coerce.number().int().min(1).max(1_000_000_000),
    ),
  )
  .optional()
  .transform((given) => ({ ...defaultRates, ...given }));

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  if (bits === undefined) return true;
  const most = family === 4 ? 32 : 128;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

const networks = (otherwise: string) =>
  z
    .string()
    .default(otherwise)
    .transform((list) => list.split(',').flatMap((entry) => entry.trim() || []))
    .pipe(z.array(z.string().refine(isNetwork, 'must be addresses or CIDRs')));

/** This machine and what is routed nowhere else: RFC 1122, 1918, 3927, 4193, 4291. */
const insideNetworks = '127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10';

const count = (otherwise: number, max: number) => z.coerce.number().int().min(1).max(max).default(otherwise);

/** Limits of the gateway and how its connections are made; the rest of the environment stands in `config.ts`. */
export const gatewayEnvironment = {
  REDCORE_TRUSTED_PROXIES: networks(''),
  REDCORE_METRICS_NETWORKS: networks(insideNetworks),
  REDCORE_TLS_CERT_FILE: z.string().optional(),
  REDCORE_TLS_KEY_FILE: z.string().optional(),
  REDCORE_RATE_LIMITS: rates,
  REDCORE_REQUESTS_IN_FLIGHT_MAX: count(400, 100_000),
  REDCORE_LOOP_DELAY_MS_MAX: count(200, 60_000),
  REDCORE_CALL_MS_MAX: count(150, 60_000),
  REDCORE_MONEY_CALLS_MAX: count(200, 10_000),
  REDCORE_MONEY_CALLS_PER_TENANT_MAX: count(64, 10_000),
  REDCORE_REQUEST_TIMEOUT_MS: count(30_000, 300_000),
  REDCORE_CONNECTIONS_PER_ADDRESS_MAX: count(2_000, 1_000_000),
  REDCORE_DRAIN_WAIT_MS: z.coerce.number().int().min(0).max(15_000).default(0),
};

const environment = z.object(gatewayEnvironment);

export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

export function readGatewaySettings(env: z.output<typeof environment>) {
  return {
    /** Whose word about clients is taken; nobody's by default. */
    trustedProxies: env.REDCORE_TRUSTED_PROXIES,
    /** Who may read `/metrics` of the API and of the webhooks' door. */
    metricsNetworks: env.REDCORE_METRICS_NETWORKS,
    tls: tlsFilesOf(env),
    limits: {
      rates: env.REDCORE_RATE_LIMITS,
      load: {
        inFlightMax: env.REDCORE_REQUESTS_IN_FLIGHT_MAX,
        loopDelayMsMax: env.REDCORE_LOOP_DELAY_MS_MAX,
        callMsMax: env.REDCORE_CALL_MS_MAX,
      },
      places: { total: env.REDCORE_MONEY_CALLS_MAX, perTenant: env.REDCORE_MONEY_CALLS_PER_TENANT_MAX },
      requestTimeoutMs: env.REDCORE_REQUEST_TIMEOUT_MS,
    },
    connectionsPerAddressMax: env.REDCORE_CONNECTIONS_PER_ADDRESS_MAX,
    /** For so long a process that is going tells the load balancer so before it stops listening. */
    drainWaitMs: env.REDCORE_DRAIN_WAIT_MS,
  };
}

function tlsFilesOf(env: z.output<typeof environment>): TlsFiles | null {
  const { REDCORE_TLS_CERT_FILE: certFile, REDCORE_TLS_KEY_FILE: keyFile } = env;
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new Error('Configuration: REDCORE_TLS_CERT_FILE and REDCORE_TLS_KEY_FILE go together.');
  return certFile && keyFile ? { certFile, keyFile } : null;
}
