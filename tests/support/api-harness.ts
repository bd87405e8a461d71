import { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import { createApp } from '../../api/app.ts';
import { createDenialNotes } from '../../api/gateway/note-denial.ts';
import type { ApiParts } from '../../api/parts.ts';
import { startServer } from '../../api/start-server.ts';
import type { BillingContext, OwedIntent } from '../../billing/context.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import type { BuiltInRole } from '../../domain/access/roles.ts';
import type { CustomRoleId, TenantId } from '../../domain/ids.ts';
import { refOf, type WorkflowRef } from '../../domain/workflow-ref.ts';
import type { PortalParts } from '../../identity/portal-parts.ts';
import { provisionSandboxTenant } from '../../identity/provision-sandbox-tenant.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type ApiAnswer, type ApiRequest, callApi } from './call-api.ts';
import { driveSteps } from './drive-steps.ts';
import { stackEnv } from './stack-env.ts';
import { makeTestApiParts } from './test-api-parts.ts';
import { insertTestKey, openTestAuthenticator, testKeySecret } from './test-keys.ts';
import { openTestPortals } from './test-portals.ts';

export interface TestTenant {
  tenantId: TenantId;
  apiKey: string;
}

export interface ApiHarness {
  url: string;
  /** The app role, as the API itself. */
  sql: Sql;
  owner: Sql;
  provider: FakePaymentProvider;
  context: BillingContext;
  portals: PortalParts;
  owed: OwedIntent[];
  logged: string[];
  makeTenant(): Promise<TestTenant>;
  makeKey(tenantId: TenantId, role: BuiltInRole | CustomRoleId): Promise<string>;
  call(method: string, path: string, request?: ApiRequest): Promise<ApiAnswer>;
  /** The steps of one waking, as its workflow would take them. */
  wake(ref: WorkflowRef): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * The API on a port of its own against the run's stack, with a provider in memory. What an answer owes to the engine is kept to
 * look at, and done here, in the order of the workflow's steps.
 */
export async function startApiHarness(overrides: Partial<ApiParts> = {}): Promise<ApiHarness> {
  const { databaseUrl, appDatabaseUrl, systemDatabaseUrl, identityDatabaseUrl } = stackEnv();
  const sql = openDatabase(appDatabaseUrl, { max: 10, name: 'test-api' });
  const system = openDatabase(systemDatabaseUrl, { max: 2, name: 'test-system' });
  const owner = openDatabase(databaseUrl, { max: 2, name: 'test-owner' });
  const identity = openDatabase(identityDatabaseUrl, { max: 4, name: 'test-identity' });
  const provider = new FakePaymentProvider();
  const owed: OwedIntent[] = [];
  const logged: string[] = [];
  const logger = createLogger('test', { destination: { write: (line) => void logged.push(line) } });
  const steps = new Set<Promise<unknown>>();
  const parts = makeTestApiParts({ app: sql, system, identity }, { logger, gate: overrides.gate });
  const context: BillingContext = {
    ...parts.context,
    provider: () => provider,
    sendIntents(intents) {
      owed.push(...intents);
      for (const intent of intents) {
        const driven = driveSteps(context, refOf(intent)).finally(() => steps.delete(driven));
        steps.add(driven);
      }
    },
  };
  const denials = createDenialNotes({ database: { sql }, logger, intervalMs: 50 });
  const portals = overrides.portals ?? openTestPortals(sql);
  const app = createApp({
    ...parts,
    context,
    denials,
    authenticate: openTestAuthenticator(sql, { sessions: portals.authenticate }),
    portals,
    ...overrides,
  });
  const server = await startServer(app, { host: '127.0.0.1', port: 0 });

  return {
    url: server.url,
    sql,
    owner,
    provider,
    context,
    portals,
    owed,
    logged,
    makeTenant: () => provisionSandboxTenant({ ownerUrl: databaseUrl, keySecret: testKeySecret, tenantName: 'Test' }),
    makeKey: (tenantId, role) => insertTestKey(owner, tenantId, role),
    call: (method, path, request = {}) => callApi(server.url, method, path, request),
    wake: (ref) => driveSteps(context, ref),
    async stop() {
      await server.stopAccepting();
      parts.gate.close();
      while (steps.size > 0) await Promise.all(steps);
      await denials.stop();
      await Promise.all([sql.end(), system.end(), owner.end(), identity.end()]);
    },
  };
}
