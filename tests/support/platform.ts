import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Sql } from '../../db/database.ts';
import { connectTemporalLazily } from '../../runtime/temporal-connection.ts';
import type { PlatformAddresses } from '../../stack/find-platform.ts';
import { checkInvariants, type InvariantReport } from '../../stack/invariants/check-invariants.ts';
import { keepAlive } from '../../stack/keep-alive.ts';
import { type StackComponent, startLocalStack } from '../../stack/local-stack.ts';
import { type Platform, startPlatform } from '../../stack/platform.ts';
import type { RoleName, RoleProcess } from '../../stack/roles.ts';
import { loadSecrets } from '../../stack/secrets.ts';
import { wideRates } from '../../stack/wide-rates.ts';
import { openOwnDatabase } from './own-database.ts';
import { createTenantMaker, type PlatformTenant } from './platform-tenant.ts';
import { stackEnv } from './stack-env.ts';

export interface TestPlatform {
  apiUrl: string;
  webhooksUrl: string;
  /** The sandbox provider in the words of Stripe and of PayPal; its custom server is at `addresses.sandboxProviderUrl`. */
  stripeUrl: string;
  paypalUrl: string;
  webhookSecret: string;
  /** As `REDCORE_SEAL_KEYS` has them: an operator's command would otherwise take those of the checkout. */
  sealKeys: string;
  addresses: PlatformAddresses & { kafkaBrokers: string[]; systemDatabaseUrl: string };
  owner: Sql;
  client: Client;
  temporal: StackComponent;
  dataDir: string;
  role(name: string): RoleProcess;
  addRole: Platform['addRole'];
  makeTenant(): Promise<PlatformTenant>;
  /** At once and without a word; resolves when the process is gone. */
  kill(process: RoleProcess | StackComponent): Promise<void>;
  checkInvariants(tenant: PlatformTenant, toleratedMs?: number): Promise<InvariantReport>;
  stop(): Promise<void>;
}

export interface TestPlatformOptions {
  /** Puts something between a role and what it talks to. */
  adaptEnvironment?: (role: RoleName, environment: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
}

function adaptTo(
  { adaptEnvironment }: TestPlatformOptions,
  role: RoleName,
  given: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  return adaptEnvironment ? adaptEnvironment(role, given) : given;
}

/**
 * Every role as a process of its own, on a database and an engine of their own and the run's broker and cache. A process that
 * dies unasked is started again, as under any supervisor; one that a test kills stays away until the test restarts it.
 */
export async function startTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const environment = stackEnv();
  const folder = mkdtempSync(join(environment.dataDir, 'platform-'));
  chmodSync(folder, 0o711);
  const logDir = mkdtempSync(join(environment.logDir, 'platform-'));
  const database = await openOwnDatabase();
  const engine = await startLocalStack({ dataDir: folder, logDir, external: false, only: ['temporal'] });
  const stops: (() => Promise<unknown>)[] = [() => engine.stop(), () => database.close()];
  async function stopAll(): Promise<void> {
    for (const stop of stops) await stop();
    rmSync(folder, { recursive: true, force: true });
  }
  let platform: Platform | undefined;
  try {
    const secrets = loadSecrets(environment.dataDir);
    const sealKeys = [{ name: 'local', secret: secrets.sealSecret }];
    const { temporalAddress, temporalNamespace } = engine;
    platform = await startPlatform({
      stack: { ...environment, databaseUrl: database.ownerUrl, temporalAddress, temporalNamespace },
      secrets,
      dataDir: folder,
      logDir,
      roles: 'each',
      adaptEnvironment: (role, given) => adaptTo(options, role, { ...given, REDCORE_RATE_LIMITS: wideRates }),
      onDied: keepAlive({
        find: (name) => platform?.roles.find((role) => role.name === name),
        onProgress: (line) => console.warn(line),
        onGivenUp: (sentence) => console.error(sentence),
      }),
    });
    const running = platform;
    const temporal = connectTemporalLazily({ address: temporalAddress, namespace: temporalNamespace });
    stops.unshift(
      () => temporal.close(),
      () => running.stop(),
    );
    const addresses = {
      databaseUrl: database.ownerUrl,
      systemDatabaseUrl: database.systemUrl,
      temporalAddress,
      temporalNamespace,
      sandboxProviderUrl: running.sandboxProviderUrl,
      kafkaBrokers: environment.kafkaBrokers,
    };
    return {
      ...{ apiUrl: running.apiUrl, webhooksUrl: running.webhooksUrl },
      ...{ stripeUrl: running.sandboxStripeUrl, paypalUrl: running.sandboxPaypalUrl },
      ...{ webhookSecret: secrets.sandboxWebhookSecret, sealKeys: `local:${secrets.sealSecret}` },
      addresses,
      owner: database.owner,
      client: temporal.client,
      temporal: engine.component('temporal'),
      dataDir: folder,
      role: (name) => running.role(name),
      addRole: (role, name) => running.addRole(role, name),
      makeTenant: createTenantMaker({ ...addresses, apiUrl: running.apiUrl, secrets, owner: database.owner }),
      async kill(process) {
        process.kill('SIGKILL');
        await process.exited;
      },
      checkInvariants: ({ tenantId }, toleratedMs = 60_000) =>
        checkInvariants(addresses, { tenantId, toleratedMs, sealKeys }),
      stop: stopAll,
    };
  } catch (error) {
    await platform?.stop();
    await stopAll();
    throw error;
  }
}
