import { createRedisShortLivedStore } from '../../adapters/short-lived/redis/redis-short-lived-store.ts';
import { startServer } from '../../api/start-server.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import type { BuiltInRole } from '../../domain/access/roles.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { createTenant } from '../../identity/issue-api-key.ts';
import type { OidcServer } from '../../identity/oidc/oidc-server.ts';
import type { PortalParts } from '../../identity/portal-parts.ts';
import { createLogger } from '../../runtime/logger.ts';
import { findFreePort } from '../../stack/ports.ts';
import { insertClient, insertUser, type NewClient, type TestClient } from './identity-rows.ts';
import { openOwnDatabase } from './own-database.ts';
import { stackEnv } from './stack-env.ts';
import { startTestIdentity } from './start-test-identity.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { makeTokenApi } from './token-api.ts';

export interface IdentityHarness {
  /** The one public address: the API, which passes on to the identity service. */
  url: string;
  identityUrl: string;
  owner: Sql;
  /** As the identity service itself. */
  sql: Sql;
  oidc: OidcServer;
  portals: PortalParts;
  redis: TcpProxy;
  /** Between the API and the identity service. */
  identity: TcpProxy;
  logged: string[];
  makeTenant(): Promise<TenantId>;
  makeUser(tenantId: TenantId, role: BuiltInRole): Promise<{ userId: UserId; email: string }>;
  makeClient(tenantId: TenantId, client?: Partial<NewClient>): Promise<TestClient>;
  stop(): Promise<void>;
}

/** The API and the identity service on ports of their own, over a database of their own; pages that sign in whoever the form names. */
export async function startIdentityHarness(): Promise<IdentityHarness> {
  const own = await openOwnDatabase();
  const redisAt = new URL(stackEnv().redisUrl);
  const redis = await startTcpProxy({ host: redisAt.hostname, port: Number(redisAt.port) });
  const logged: string[] = [];
  const logger = createLogger('test', { destination: { write: (line) => void logged.push(line) } });
  const sql = openDatabase(own.identityUrl, { max: 8, name: 'test-identity' });
  const store = createRedisShortLivedStore({
    ...{ url: redis.urlOf(stackEnv().redisUrl), prefix: `test:${crypto.randomUUID()}:`, logger },
  });
  const port = await findFreePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const { oidc, server: identityServer } = await startTestIdentity({ sql, store, publicUrl, logger });
  const identity = await startTcpProxy({ host: '127.0.0.1', port: identityServer.port });
  const identityUrl = new URL(identity.urlOf(identityServer.url)).origin;
  const { app, portals, denials } = makeTokenApi(own, { publicUrl, identityUrl, logger, sql, store });
  const server = await startServer(app, { host: '127.0.0.1', port });

  return {
    ...{
      url: server.url,
      identityUrl: identityServer.url,
      owner: own.owner,
      sql,
      oidc,
      portals,
      redis,
      identity,
      logged,
    },
    makeTenant: () => createTenant(own.owner, { name: 'Test', mode: 'sandbox' }),
    makeUser: (tenantId, role) => insertUser(own.owner, tenantId, role),
    makeClient: (tenantId, client = {}) => insertClient(own.owner, tenantId, client),
    async stop() {
      await server.stopAccepting();
      await denials.stop();
      await identityServer.stopAccepting();
      await oidc.stop();
      await Promise.all([identity.close(), redis.close(), store.close(), sql.end({ timeout: 2 })]);
      await own.close();
    },
  };
}
