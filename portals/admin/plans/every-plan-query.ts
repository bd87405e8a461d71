import { answered, rest } from '../../shared/rest/client.ts';
import { readEveryPage } from '../../shared/rest/every-page.ts';
import type { Plan } from '../../shared/rest/types.ts';

const pageMax = 100;

/** Every plan, archived ones too, or every one of a status: to choose one of them. */
export function everyPlanQuery(status?: Plan['status']) {
  return {
    queryKey: ['plans', 'every', status],
    queryFn: () =>
      readEveryPage((cursor) =>
        answered(rest.GET('/v1/plans', { params: { query: { status, limit: pageMax, cursor } } })),
      ),
  };
}
