import type { Context } from 'hono';
import { createRedisShortLivedStore } from '../adapters/short-lived/redis/redis-short-lived-store.ts';
import { serveHealth } from '../api/pages/health.ts';
import { type ApiServer, startServer } from '../api/start-server.ts';
import { openDatabase } from '../db/database.ts';
import { createIdentityApp } from '../identity/identity-app.ts';
import { openOidcServer } from '../identity/oidc/oidc-server.ts';
import { createInteractions } from '../identity/oidc/provider-interactions.ts';
import { createAccountPages } from '../identity/pages/account-pages.ts';
import type { Config } from '../runtime/config.ts';
import { registerOptionalCheck, registerReadyCheck } from '../runtime/health.ts';
import type { Logger } from '../runtime/logger.ts';
import { createSealer } from '../runtime/sealer.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { openAccounts } from './open-accounts.ts';

const poolMax = 8;

/**
 * The identity service on an address of its own, which only the API is told: discovery, tokens and login pages. It sees people and
 * clients with a database role of its own, and nothing of billing.
 */
export async function startIdentity(
  { config, logger }: { config: Config; logger: Logger },
  address: { host: string; port: number },
): Promise<ApiServer> {
  const { identityDatabaseUrl, redisUrl, keySecret, publicUrl } = config;
  if (identityDatabaseUrl === undefined) throw new Error('Configuration: REDCORE_IDENTITY_DATABASE_URL is missing.');
  const sql = openDatabase(identityDatabaseUrl, { max: poolMax, name: 'redcore-identity' });
  const store = createRedisShortLivedStore({ url: redisUrl, prefix: 'redcore:identity:', logger });
  const sealer = createSealer(config.sealKeys);
  const oidc = await openOidcServer({ sql, store, sealer, keySecret, publicUrl, logger });
  const interactions = createInteractions({ sql, provider: () => oidc.provider() });
  const accounts = openAccounts({ config, logger });
  const pages = createAccountPages({ interactions, accounts, store, publicUrl, keySecret, addressOf, logger });
  const app = createIdentityApp({ oidc, pages });
  serveHealth(app, { metricsNetworks: config.gateway.metricsNetworks });
  const server = await startServer(app, address);
  registerReadyCheck('identity database', () => sql`select 1`);
  // Without it nobody signs in; what was signed before goes on, so the process stays where it is.
  registerOptionalCheck('sessions', () => store.check());
  onShutdown('stop-accepting', 'identity requests', () => server.stopAccepting());
  onShutdown('drain', 'signing keys', () => oidc.stop());
  onShutdown('close', 'identity stores', () => Promise.all([sql.end({ timeout: 5 }), store.close()]));
  return server;
}

/** As the API tells it, which alone reaches this process and replaces what a stranger wrote there. */
function addressOf(c: Context): string {
  return c.req.header('x-forwarded-for') ?? 'unknown';
}
