import { createPdfRenderer } from '../../adapters/documents/pdf/pdf-renderer.ts';
import { createAddressOfWorkflow } from '../../adapters/engine/temporal/workflow-address.ts';
import { FakePaymentProvider } from '../../adapters/payments/fake.ts';
import type { Gate } from '../../api/gateway/gate.ts';
import type { ApiParts } from '../../api/parts.ts';
import type { Sql } from '../../db/database.ts';
import type { Logger } from '../../runtime/logger.ts';
import { openTestAccounts } from './test-accounts.ts';
import { openTestAccess } from './test-keys.ts';
import { makeQuietLive } from './test-live.ts';
import { testSealing } from './test-sealer.ts';
import { makeTestGate, noWebhooks } from './wide-gate.ts';

export interface TestDatabases {
  app: Sql;
  system: Sql;
  identity: Sql;
}

/** What an API of a test is given, but for who calls it: a provider in memory, nothing to wake, no limit in the way. */
export function makeTestApiParts(
  { app, system, identity }: TestDatabases,
  given: { logger: Logger; gate?: Gate; publicUrl?: string },
): Omit<ApiParts, 'authenticate' | 'portals'> {
  const provider = new FakePaymentProvider();
  return {
    context: { database: { sql: app }, ...testSealing, provider: () => provider, sendIntents: () => undefined },
    accounts: openTestAccounts(identity, given.publicUrl),
    system: { sql: system },
    documents: createPdfRenderer(),
    denials: { note: () => undefined, stop: async () => undefined },
    access: openTestAccess(),
    gate: given.gate ?? makeTestGate(),
    addressOfWorkflow: createAddressOfWorkflow({ url: 'http://temporal.example', namespace: 'test' }),
    live: makeQuietLive(app, given.logger),
    receiveWebhook: noWebhooks,
    logger: given.logger,
  };
}
