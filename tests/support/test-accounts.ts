import { createMemoryAttemptLimiter } from '../../adapters/limits/attempts/memory-attempt-limiter.ts';
import type { Sql } from '../../db/database.ts';
import { type Accounts, createAccounts } from '../../identity/accounts/accounts.ts';
import { testSealing } from './test-sealer.ts';

/** As an API of a test has them; tries are counted in this process alone. */
export function openTestAccounts(sql: Sql, publicUrl = testSealing.publicUrl): Accounts {
  return createAccounts({ sql, sealer: testSealing.sealer, publicUrl, attempts: createMemoryAttemptLimiter() });
}
