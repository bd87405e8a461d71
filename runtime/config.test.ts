import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadSandboxProviderConfig, parseConfig } from './config.ts';

const complete = {
  REDCORE_ROLE: 'api',
  REDCORE_PORT: '8080',
  REDCORE_APP_DATABASE_URL: 'postgres://app:x@127.0.0.1:5432/redcore',
  REDCORE_SYSTEM_DATABASE_URL: 'postgres://system:x@127.0.0.1:5432/redcore',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  KAFKA_BROKERS: '127.0.0.1:9092, 127.0.0.1:9093',
  REDIS_URL: 'redis://127.0.0.1:6379',
  SANDBOX_PROVIDER_URL: 'http://127.0.0.1:9000/',
  SANDBOX_WEBHOOK_SECRET: 'x'.repeat(32),
  REDCORE_KEY_SECRET: 'y'.repeat(32),
  REDCORE_SEAL_KEYS: `k2:${'a'.repeat(32)}, k1:${'b'.repeat(32)}`,
};

afterEach(() => vi.unstubAllEnvs());

it('reads a complete environment', () => {
  expect(parseConfig(complete)).toMatchObject({
    role: 'api',
    host: '127.0.0.1',
    port: 8080,
    publicUrl: 'http://127.0.0.1:8080',
    kafkaBrokers: ['127.0.0.1:9092', '127.0.0.1:9093'],
    sandboxProviderUrl: 'http://127.0.0.1:9000',
    ownerDatabaseUrl: undefined,
    databasePoolMax: 10,
  });
});

it('names every missing and wrong variable in one sentence, without values', () => {
  const environment = { ...complete, REDIS_URL: '', REDCORE_KEY_SECRET: 'short' };
  expect(() => parseConfig(environment)).toThrow(
    'Configuration: REDIS_URL is missing; REDCORE_KEY_SECRET is wrong (must have at least 16 characters).',
  );
});

it("starts Stripe's dialect where its port is set, with webhooks where it knows where to", () => {
  const sandbox = {
    ...{ REDCORE_PORT: '9000', SANDBOX_PROVIDER_DIR: '/sandbox', SANDBOX_WEBHOOK_SECRET: 'x'.repeat(32) },
    SANDBOX_WEBHOOK_URL: 'http://127.0.0.1:8080/webhooks/sandbox',
  };
  const url = 'http://127.0.0.1:8080/webhooks/stripe';
  const secret = 'z'.repeat(32);
  const stripeOf = (more: Record<string, string>) => {
    for (const [name, value] of Object.entries({ ...sandbox, ...more })) vi.stubEnv(name, value);
    return loadSandboxProviderConfig().stripe;
  };
  expect(stripeOf({})).toBeUndefined();
  expect(stripeOf({ SANDBOX_STRIPE_PORT: '9001' })).toEqual({ port: 9001, webhook: null });
  const endpoint = { SANDBOX_STRIPE_WEBHOOK_URL: url, SANDBOX_STRIPE_WEBHOOK_SECRET: secret };
  expect(stripeOf({ SANDBOX_STRIPE_PORT: '9001', ...endpoint })).toEqual({ port: 9001, webhook: { url, secret } });
});

describe('the gateway', () => {
  it('trusts no proxy, serves no TLS and has limits by default', () => {
    expect(parseConfig(complete).gateway).toMatchObject({
      trustedProxies: [],
      tls: null,
      limits: { rates: { tenant: 1_000, secret: 60 }, requestTimeoutMs: 30_000 },
    });
  });

  it('keeps the rates that are not named', () => {
    const { rates } = parseConfig({ ...complete, REDCORE_RATE_LIMITS: 'tenant=50, failure=7' }).gateway.limits;
    expect(rates).toMatchObject({ tenant: 50, failure: 7, caller: 500 });
  });

  it('reads networks, and the two files of TLS', () => {
    const files = { REDCORE_TLS_CERT_FILE: '/tls/cert.pem', REDCORE_TLS_KEY_FILE: '/tls/key.pem' };
    const given = { ...complete, ...files, REDCORE_TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::/32, 127.0.0.1' };
    expect(parseConfig(given).gateway).toMatchObject({
      trustedProxies: ['10.0.0.0/8', '2001:db8::/32', '127.0.0.1'],
      tls: { certFile: '/tls/cert.pem', keyFile: '/tls/key.pem' },
    });
  });

  it.each([
    [{ REDCORE_TRUSTED_PROXIES: '*' }, 'REDCORE_TRUSTED_PROXIES is wrong'],
    [{ REDCORE_TRUSTED_PROXIES: '10.0.0.0/33' }, 'REDCORE_TRUSTED_PROXIES is wrong'],
    [{ REDCORE_RATE_LIMITS: 'tenants=5' }, 'REDCORE_RATE_LIMITS is wrong'],
    [{ REDCORE_RATE_LIMITS: 'tenant=many' }, 'REDCORE_RATE_LIMITS is wrong'],
    [{ REDCORE_TLS_CERT_FILE: '/tls/cert.pem' }, 'go together'],
  ])('refuses %j', (more, complaint) => {
    expect(() => parseConfig({ ...complete, ...more })).toThrow(complaint);
  });
});
