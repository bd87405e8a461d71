import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { answered, rest } from '../../shared/rest/client.ts';
import { pageMax, readAll } from '../../shared/rest/read-all.ts';
import type { AskedRefund } from '../../shared/rest/types.ts';
import { useCustomerId } from '../../shared/session/session-context.tsx';

const lookAgainMs = 10_000;

/** What was asked for last of each payment, by the payment. */
export function useAskedRefunds(): UseQueryResult<ReadonlyMap<string, AskedRefund>> {
  const customer_id = useCustomerId();
  return useQuery({
    queryKey: ['asked-refunds', customer_id],
    queryFn: () =>
      readAll((cursor) => {
        const query = { customer_id, limit: pageMax, cursor };
        return answered(rest.GET('/v1/refund-requests', { params: { query } }));
      }),
    select: lastByPayment,
    // A refund the provider rejects is told of by nobody.
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) === true ? lookAgainMs : false),
  });
}

/** They come newest first. */
function lastByPayment(asked: readonly AskedRefund[]): ReadonlyMap<string, AskedRefund> {
  return new Map(asked.map((one) => [one.payment_id, one] as const).reverse());
}

export function isUnderWay({ refund }: AskedRefund): boolean {
  return refund?.status === 'pending' || refund?.status === 'needs_review';
}
