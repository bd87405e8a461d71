import type { Call } from '../../billing/call.ts';
import type { BillingContext } from '../../billing/context.ts';
import type { Sql } from '../../db/database.ts';
import { resourcesExist } from '../../db/queries/resource-exists.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';

/** A list that belongs to one resource: of an unknown one there is no list, not an empty one. */
export async function listOf<T>(
  call: Call & { context: BillingContext },
  of: Parameters<typeof resourcesExist>[1][number],
  list: (sql: Sql) => PromiseLike<T>,
): Promise<T> {
  const { database } = call.context;
  const [exists, found] = await Promise.all([
    readAsTenant(database, call.tenantId, (sql) => resourcesExist(sql, [of])),
    readAsTenant(database, call.tenantId, list),
  ]);
  if (!exists) throw new DomainError('not_found', `unknown ${of.kind}`);
  return found;
}
