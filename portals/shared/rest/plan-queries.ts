import { answered, rest } from './client.ts';
import { pageMax, readAll } from './read-all.ts';

export function planQuery(plan_id: string) {
  return {
    queryKey: ['plan', plan_id],
    queryFn: () => answered(rest.GET('/v1/plans/{plan_id}', { params: { path: { plan_id } } })),
    staleTime: 60_000,
  };
}

/** All that is on offer. */
export function activePlansQuery() {
  return {
    queryKey: ['plans', 'active'],
    queryFn: () =>
      readAll((cursor) => {
        const query = { status: 'active' as const, limit: pageMax, cursor };
        return answered(rest.GET('/v1/plans', { params: { query } }));
      }),
  };
}
