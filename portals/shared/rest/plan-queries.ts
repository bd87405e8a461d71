import { answered, rest } from './client.ts';
import { pageMax, readAll } from './read-all.ts';
import type { Plan } from './types.ts';

export function planQuery(plan_id: string) {
  return {
    queryKey: ['plan', plan_id],
    queryFn: () => answered(rest.GET('/v1/plans/{plan_id}', { params: { path: { plan_id } } })),
    staleTime: 60_000,
  };
}

/** Every plan, archived ones too, or every one of a status: to choose one of them. */
export function everyPlanQuery(status?: Plan['status']) {
  return {
    queryKey: ['plans', 'every', status],
    queryFn: () =>
      readAll((cursor) => {
        const query = { status, limit: pageMax, cursor };
        return answered(rest.GET('/v1/plans', { params: { query } }));
      }),
  };
}
