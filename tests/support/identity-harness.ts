import { Hono } from 'hono';
import { createPdfRenderer } from '../../adapters/documents/pdf/pdf-renderer.ts';
import { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import { createRedisShortLivedStore } from '../../adapters/short-lived/redis/redis-short-lived-store.ts';
import { createApp } from '../../api/app.ts';
import { createDenialNotes } from '../../api/gateway/note-denial.ts';
import { startServer } from '../../api/start-server.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import type { BuiltInRole } from '../../domain/access/roles.ts';
import type { OauthClientId, TenantId, UserId } from '../../domain/ids.ts';
import { createTokenAuthenticator } from '../../identity/access-token.ts';
import { createAuthenticator } from '../../identity/authenticate.ts';
import { createApiKeyAuthenticator } from '../../identity/authenticate-api-key.ts';
import { clientSecretPurpose, makeClientSecret } from '../../identity/client-secret.ts';
import { createIdentityApp } from '../../identity/identity-app.ts';
import { createTenant } from '../../identity/issue-api-key.ts';
import { createKeySet } from '../../identity/key-set.ts';
import { type OidcServer, openOidcServer } from '../../identity/oidc/oidc-server.ts';
import { createInteractions } from '../../identity/oidc/provider-interactions.ts';
import { createPortalParts, type PortalParts } from '../../identity/portal-parts.ts';
import { createRoleDirectory } from '../../identity/role-directory.ts';
import { createRelyingParty } from '../../identity/sign-in/relying-party.ts';
import { spellSubject } from '../../identity/subject.ts';
import { createTenantDirectory } from '../../identity/tenant-directory.ts';
import { createLogger } from '../../runtime/logger.ts';
import { findFreePort } from '../../stack/ports.ts';
import { openOwnDatabase } from './own-database.ts';
import { stackEnv } from './stack-env.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { openTestAccess, testKeySecret } from './test-keys.ts';
import { testSealing } from './test-sealer.ts';
import { makeTestGate, noWebhooks } from './wide-gate.ts';

export interface TestClient {
  id: OauthClientId;
  secret: string;
}

export interface IdentityHarness {
  /** The one public address: the API, which passes on to the identity service. */
  url: string;
  identityUrl: string;
  owner: Sql;
  /** As the identity service itself. */
  sql: Sql;
  oidc: OidcServer;
  redis: TcpProxy;
  /** Between the API and the identity service. */
  identity: TcpProxy;
  portals: PortalParts;
  logged: string[];
  makeTenant(): Promise<TenantId>;
  makeUser(tenantId: TenantId, role: BuiltInRole): Promise<{ userId: UserId; email: string }>;
  makeClient(tenantId: TenantId, client?: Partial<NewClient>): Promise<TestClient>;
  stop(): Promise<void>;
}

export interface NewClient {
  authMethod: 'client_secret_basic' | 'private_key_jwt' | 'none';
  grantTypes: string[];
  redirectUris: string[];
  jwks: object | null;
  role: string;
  scopes: string[] | null;
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
  const { sealer } = testSealing;
  const oidc = await openOidcServer({ sql, store, sealer, keySecret: testKeySecret, publicUrl, logger });
  const pages = makeTestPages({ sql, oidc });
  const identityServer = await startServer(createIdentityApp({ oidc, pages }), { host: '127.0.0.1', port: 0 });
  const identity = await startTcpProxy({ host: '127.0.0.1', port: identityServer.port });
  const identityUrl = new URL(identity.urlOf(identityServer.url)).origin;
  const roles = createRoleDirectory({ database: { sql: own.app } });
  const denials = createDenialNotes({ database: { sql: own.app }, logger });
  const party = createRelyingParty({ publicUrl, internalUrl: identityUrl, keySecret: testKeySecret });
  const portals = createPortalParts({ store, database: { sql: own.app }, roles, party, publicUrl });
  const app = createApp({
    context: {
      database: { sql: own.app },
      ...testSealing,
      provider: () => new FakePaymentProvider(),
      sendIntents: () => undefined,
    },
    documents: createPdfRenderer(),
    authenticate: createAuthenticator({
      apiKeys: createApiKeyAuthenticator({ sql: own.app, keySecret: testKeySecret, roles }),
      accessTokens: createTokenAuthenticator({
        publicUrl,
        keys: createKeySet({ url: `${identityUrl}/oauth/jwks` }),
        tenants: createTenantDirectory({ database: { sql: own.app } }),
        roles,
      }),
      sessions: portals.authenticate,
    }),
    access: openTestAccess(),
    denials,
    portals,
    gate: makeTestGate(),
    system: { sql: own.system },
    receiveWebhook: noWebhooks,
    identityUrl,
    logger,
  });
  const server = await startServer(app, { host: '127.0.0.1', port });

  return {
    ...{
      url: server.url,
      identityUrl: identityServer.url,
      owner: own.owner,
      sql,
      oidc,
      redis,
      identity,
      portals,
      logged,
    },
    makeTenant: () => createTenant(own.owner, { name: 'Test', mode: 'sandbox' }),
    makeUser: (tenantId, role) => insertUser(own.owner, tenantId, role),
    makeClient: (tenantId, client = {}) => insertClient(own.owner, tenantId, client),
    async stop() {
      await server.stopAccepting();
      await identityServer.stopAccepting();
      await Promise.all([oidc.stop(), denials.stop()]);
      await Promise.all([identity.close(), redis.close(), store.close(), sql.end({ timeout: 2 })]);
      await own.close();
    },
  };
}

/** What the login pages do once somebody has proved who they are, without the proof. */
function makeTestPages({ sql, oidc }: { sql: Sql; oidc: OidcServer }): Hono {
  const interactions = createInteractions({ sql, provider: () => oidc.provider() });
  const app = new Hono();
  const page = '/identity/sign-in/:uid';
  app.get(page, async (c) => c.json(await interactions.find(c)));
  app.post(`${page}/login`, async (c) => {
    const { userId, tenantId } = await c.req.json<{ userId: UserId; tenantId: TenantId }>();
    return interactions.signIn(c, { userId, tenantId }, ['pwd']);
  });
  app.post(`${page}/allow`, (c) => interactions.allow(c));
  app.post(`${page}/deny`, (c) => interactions.deny(c));
  return app;
}

async function insertUser(owner: Sql, tenantId: TenantId, role: BuiltInRole) {
  const userId = newId('user');
  const email = `${userId}@example.com`;
  await owner`insert into identity.users (id, email, name) values (${userId}, ${email}, 'Ada Test')`;
  await owner`insert into memberships (tenant_id, id, email, role) values (${tenantId}, ${userId}, ${email}, ${role})`;
  return { userId, email, subject: spellSubject({ userId, tenantId }) };
}

async function insertClient(owner: Sql, tenantId: TenantId, given: Partial<NewClient>): Promise<TestClient> {
  const client: NewClient = {
    ...{ authMethod: 'client_secret_basic', grantTypes: ['client_credentials'], redirectUris: [], jwks: null },
    ...{ role: 'integrator', scopes: null },
    ...given,
  };
  const id = newId('oauthClient');
  const secret = makeClientSecret();
  const sealed =
    client.authMethod === 'client_secret_basic'
      ? testSealing.sealer.seal(secret, clientSecretPurpose({ tenantId, id }))
      : null;
  await owner`
    insert into oauth_clients (tenant_id, id, name, auth_method, grant_types, redirect_uris, secret, sealed_by, jwks, role,
                               scopes, created_by)
    values (${tenantId}, ${id}, 'An application', ${client.authMethod}, ${client.grantTypes}, ${client.redirectUris},
            ${sealed === null ? null : Buffer.from(sealed.sealed)}, ${sealed?.sealedBy ?? null},
            ${client.jwks === null ? null : owner.json(client.jwks as never)}, ${client.role}, ${client.scopes}, 'test')`;
  return { id, secret };
}
