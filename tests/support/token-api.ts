import type { Hono } from 'hono';
import { createPdfRenderer } from '../../adapters/documents/pdf/pdf-renderer.ts';
import { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import { createApp } from '../../api/app.ts';
import { createTokenAuthenticator } from '../../identity/access-token.ts';
import { createAuthenticator } from '../../identity/authenticate.ts';
import { createApiKeyAuthenticator } from '../../identity/authenticate-api-key.ts';
import { createKeySet } from '../../identity/key-set.ts';
import { createRoleDirectory } from '../../identity/role-directory.ts';
import { createTenantDirectory } from '../../identity/tenant-directory.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { OwnDatabase } from './own-database.ts';
import { openTestAccess, testKeySecret } from './test-keys.ts';
import { testSealing } from './test-sealer.ts';
import { makeTestGate, noWebhooks } from './wide-gate.ts';

/** The API in front of an identity service, for callers with keys and with access tokens. */
export function makeTokenApi(
  own: OwnDatabase,
  { publicUrl, identityUrl, logger }: { publicUrl: string; identityUrl: string; logger: Logger },
): Hono {
  const roles = createRoleDirectory({ database: { sql: own.app } });
  return createApp({
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
        // Keys are asked for more often than by default, as tests rotate them faster.
        keys: createKeySet({ url: `${identityUrl}/oauth/jwks`, freshMs: 250 }),
        tenants: createTenantDirectory({ database: { sql: own.app } }),
        roles,
      }),
    }),
    access: openTestAccess(),
    gate: makeTestGate(),
    system: { sql: own.system },
    receiveWebhook: noWebhooks,
    identityUrl,
    logger,
  });
}
