import { QueryCache, QueryClient, type QueryObserverOptions } from '@tanstack/react-query';
import { isTold } from '../live/changed-queries.ts';
import { noteConnection, readConnection } from '../live/connection.ts';
import { asProblem } from './problem.ts';

/** While changes are told as they happen, pages look for what nobody tells of. */
const toldLookMs = 60_000;

/** Refusals are final; what could not be reached is asked again. A session that ended is noticed by whichever call sees it first. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onSuccess: () => noteConnection({ isReachable: true }),
      onError(error, query) {
        const { status, code } = asProblem(error);
        if (code === 'unreachable') noteConnection({ isReachable: false });
        if (status !== 401 || query.queryKey[0] === 'session') return;
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
  lookRarelyWhileTold(client);
  return client;
}

/** A page says how often it looks where nobody tells; whether anybody does is not its business. */
function lookRarelyWhileTold(client: QueryClient): void {
  const defaulted = client.defaultQueryOptions.bind(client) as (options: QueryObserverOptions) => QueryObserverOptions;
  const tempered = (options: QueryObserverOptions & { _defaulted?: boolean }): QueryObserverOptions =>
    options._defaulted === true ? options : temper(defaulted(options));
  client.defaultQueryOptions = tempered as unknown as typeof client.defaultQueryOptions;
}

function temper(options: QueryObserverOptions): QueryObserverOptions {
  const { refetchInterval, queryKey } = options;
  if (!refetchInterval || !isTold(queryKey)) return options;
  return {
    ...options,
    refetchInterval(query) {
      const askedMs = typeof refetchInterval === 'function' ? refetchInterval(query) : refetchInterval;
      return askedMs && readConnection().isTold ? Math.max(askedMs, toldLookMs) : askedMs;
    },
  };
}
