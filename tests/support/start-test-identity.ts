import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import { type ApiServer, startServer } from '../../api/start-server.ts';
import type { Sql } from '../../db/database.ts';
import { createIdentityApp } from '../../identity/identity-app.ts';
import { type OidcServer, openOidcServer } from '../../identity/oidc/oidc-server.ts';
import type { Logger } from '../../runtime/logger.ts';
import { testKeySecret } from './test-keys.ts';
import { testSealing } from './test-sealer.ts';
import { makeTestPages } from './test-sign-in-pages.ts';

/** The identity service on a port of its own, with pages that sign in whoever the form names. */
export async function startTestIdentity(parts: {
  sql: Sql;
  store: ShortLivedStore;
  publicUrl: string;
  logger: Logger;
}): Promise<{ oidc: OidcServer; server: ApiServer }> {
  const { sealer } = testSealing;
  const oidc = await openOidcServer({ ...parts, sealer, keySecret: testKeySecret });
  const pages = makeTestPages({ sql: parts.sql, oidc });
  const server = await startServer(createIdentityApp({ oidc, pages }), { host: '127.0.0.1', port: 0 });
  return { oidc, server };
}
