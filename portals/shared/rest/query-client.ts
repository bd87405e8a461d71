import { QueryCache, QueryClient } from '@tanstack/react-query';
import { asProblem } from './problem.ts';

/** Refusals are final; what could not be reached is asked again. A session that ended is noticed by whichever call sees it first. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError(error, query) {
        if (asProblem(error).status !== 401 || query.queryKey[0] === 'session') return;
        void client.invalidateQueries({ queryKey: ['session'] });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => {
          const { status } = asProblem(error);
          return failures < 2 && (status === 0 || status === 429 || status >= 500);
        },
      },
      mutations: { retry: false },
    },
  });
  return client;
}
