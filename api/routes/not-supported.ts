import { answerOnce } from '../../billing/idempotency/answer-once.ts';
import { notSupportedRoutes as contracts } from '../../contracts/rest/not-supported.ts';
import { resourcesExist } from '../../db/queries/resource-exists.ts';
import { DomainError } from '../../domain/errors.ts';
import { pathKinds, type Route, route } from '../route.ts';

/** An id of the path is looked up first, as everywhere: 404 comes before 400. */
export const notSupportedRoutes: readonly Route[] = contracts.map((contract) =>
  route(contract, (call) =>
    answerOnce(call.context.database, call.tenantId, call.claim, async (tx) => {
      const ids = pathKinds(contract.path).map(({ kind }) => ({ kind, id: call.id(kind) as string }));
      if (!(await resourcesExist(tx.sql, ids))) throw new DomainError('not_found', 'unknown id');
      throw new DomainError('not_supported', 'This is not supported yet.');
    }),
  ),
);
