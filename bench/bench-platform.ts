import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Sql } from '../db/database.ts';
import type { CustomerId, PlanId, TenantId } from '../domain/ids.ts';
import { provisionSandboxTenant } from '../identity/provision-sandbox-tenant.ts';
import { type LocalStack, startLocalStack } from '../stack/local-stack.ts';
import { databaseUrlFor, type Platform, startPlatform } from '../stack/platform.ts';
import { wideRates } from '../stack/wide-rates.ts';
import type { Watched } from './cpu.ts';
import { callForBody } from './http-client.ts';

export interface BenchPlatform {
  stack: LocalStack;
  platform: Platform;
  owner: Sql;
  appDatabaseUrl: string;
  apiUrl: string;
  key: string;
  tenantId: TenantId;
  watched: Watched[];
  /** A further tenant, with a key of its own. */
  makeTenant(): Promise<{ tenantId: TenantId; key: string }>;
  makePlan(amountMinor: number, key?: string): Promise<PlanId>;
  /** With one payment method, the default one. */
  makeCustomer(token?: string, key?: string): Promise<CustomerId>;
  stop(): Promise<void>;
}

/** The whole platform on components of its own, each role a process, fsync on, in a folder that is removed afterwards. */
export async function startBenchPlatform(onProgress: (line: string) => void): Promise<BenchPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'redcore-bench-'));
  // PostgreSQL runs as a user of its own and has to pass.
  chmodSync(folder, 0o711);
  const dataDir = join(folder, 'data');
  const logDir = join(folder, 'log');
  const stack = await startLocalStack({ dataDir, logDir, external: false, onProgress });
  const platform = await startPlatform({
    stack,
    secrets: stack.secrets,
    dataDir,
    logDir,
    roles: 'each',
    logLevel: 'warn',
    adaptEnvironment: (_role, given) => ({
      ...given,
      REDCORE_RATE_LIMITS: wideRates,
      // The generator is one address with every socket there is.
      REDCORE_CONNECTIONS_PER_ADDRESS_MAX: '100000',
    }),
    onProgress,
  });
  const { databaseUrl, secrets } = stack;
  const provision = () =>
    provisionSandboxTenant({ ownerUrl: databaseUrl, keySecret: secrets.keySecret, tenantName: 'bench' });
  const { tenantId, apiKey } = await provision();
  const owner = openDatabase(databaseUrl, { max: 4, name: 'bench' });
  const { apiUrl } = platform;
  const post = <T>(key: string, path: string, body: unknown) =>
    callForBody<T>({ url: apiUrl + path, method: 'POST', key, body });
  return {
    stack,
    platform,
    owner,
    appDatabaseUrl: databaseUrlFor(databaseUrl, 'redcore_app', secrets.appPassword),
    apiUrl,
    key: apiKey,
    tenantId,
    watched: [
      ...platform.roles.map(({ name, pid }) => ({ name, pid: pid ?? 0, withChildren: false })),
      ...stack.components.map(({ name, pid }) => ({ name, pid: pid ?? 0, withChildren: true })),
    ],
    async makeTenant() {
      const made = await provision();
      return { tenantId: made.tenantId, key: made.apiKey };
    },
    async makePlan(amountMinor, key = apiKey) {
      const plan = { name: 'Bench', amount: amountMinor, currency: 'USD', interval: 'month' };
      return (await post<{ plan_id: PlanId }>(key, '/v1/plans', plan)).plan_id;
    },
    async makeCustomer(token = 'tok_ok', key = apiKey) {
      const { customer_id: id } = await post<{ customer_id: CustomerId }>(key, '/v1/customers', {
        email: 'bench@example.com',
      });
      await post(key, `/v1/customers/${id}/payment-methods`, { provider: 'sandbox', token });
      return id;
    },
    async stop() {
      await owner.end({ timeout: 5 });
      await platform.stop();
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
