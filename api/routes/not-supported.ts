import { notSupportedRoutes as contracts } from '../../contracts/rest/not-supported.ts';
import { resourcesExist } from '../../db/queries/resource-exists.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { pathKinds, type Route, route } from '../route.ts';

/** An id of the path is looked up first, as everywhere: 404 comes before 400. */
export const notSupportedRoutes: readonly Route[] = contracts.map((contract) =>
  route(contract, async (call) => {
    const ids = pathKinds(contract.path).map(({ kind }) => ({ kind, id: call.id(kind) as string }));
    const { database } = call.context;
    const exist = ids.length === 0 || (await readAsTenant(database, call.tenantId, (sql) => resourcesExist(sql, ids)));
    if (!exist) throw new DomainError('not_found', 'unknown id');
    throw new DomainError('not_supported', 'This is not supported yet.');
  }),
);
