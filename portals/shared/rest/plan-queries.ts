import { answered, rest } from './client.ts';

const listMax = 100;

export function planQuery(plan_id: string) {
  return {
    queryKey: ['plan', plan_id],
    queryFn: () => answered(rest.GET('/v1/plans/{plan_id}', { params: { path: { plan_id } } })),
    staleTime: 60_000,
  };
}

/** All that is on offer, as far as one page goes. */
export function activePlansQuery() {
  return {
    queryKey: ['plans', 'active'],
    queryFn: () =>
      answered(rest.GET('/v1/plans', { params: { query: { status: 'active' as const, limit: listMax } } })),
  };
}
