import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DemoEnvironment, writeDemoEnvironment } from './demo-env.ts';

const environment: DemoEnvironment = {
  REDCORE_URL: 'http://127.0.0.1:8080',
  REDCORE_TENANT: 'ten_1',
  REDCORE_API_KEY: 'rc_sandbox_a',
  REDCORE_API_KEY_B: "odd $HOME `id` 'quoted'",
  ADMIN_LOGIN: 'admin@demo.example',
  ADMIN_PASSWORD: 'a-b_c',
  OPERATOR_LOGIN: 'operator@redcore.example',
  OPERATOR_PASSWORD: 'd-e_f',
  DEMO_TENANT: 'ten_2',
  DEMO_API_KEY: 'rc_sandbox_b',
  DEMO_LOGIN: 'owner@shop.example',
  DEMO_PASSWORD: 'g-h_i',
  OIDC_ISSUER: 'http://127.0.0.1:8080',
  OIDC_CLIENT_ID: 'cli_machine',
  OIDC_CLIENT_SECRET: 'rcs_secret',
  TEMPORAL_UI_URL: '',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  TEMPORAL_NAMESPACE: 'redcore',
  KAFKA_BROKERS: '127.0.0.1:9092,127.0.0.1:9093',
  DATABASE_URL: 'postgres://redcore_owner:x@127.0.0.1:5432/redcore?a=1&b=2',
  REDIS_URL: 'redis://127.0.0.1:6379',
  METRICS_URLS: 'http://127.0.0.1:8080/metrics,http://127.0.0.1:8090/metrics',
  SANDBOX_PROVIDER_URL: 'http://127.0.0.1:8090',
  STRIPE_URL: 'http://127.0.0.1:8091',
  PAYPAL_URL: 'http://127.0.0.1:8092',
  CUSTOM_PROVIDER_URL: 'http://127.0.0.1:8090/custom',
  WEBHOOKS_URL: 'http://127.0.0.1:8080/webhooks',
  WEBHOOK_SECRET: 'a0',
};

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'redcore-env-'));
  file = join(folder, 'demo.env');
  writeDemoEnvironment(file, environment);
});

afterAll(() => rmSync(folder, { recursive: true }));

it('gives sh exactly the values, whatever is in them', () => {
  const names = Object.keys(environment);
  const printed = execFileSync(
    'sh',
    ['-c', `. "${file}"; for n in ${names.join(' ')}; do eval "printf '%s\\n' \\"\\$$n\\""; done`],
    {
      encoding: 'utf8',
    },
  );
  expect(printed.split('\n').slice(0, -1)).toEqual(Object.values(environment));
});

it('is readable for nobody else and leaves no half-written file beside it', () => {
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['demo.env']);
});
