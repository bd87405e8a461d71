import { answered, rest } from '../../shared/rest/client.ts';
import { pageMax, readAll } from '../../shared/rest/read-all.ts';

/** Those that can be charged. */
export function methodsQuery(customer_id: string) {
  return {
    queryKey: ['methods', customer_id],
    queryFn: async () => {
      const all = await readAll((cursor) => {
        const params = { path: { customer_id }, query: { limit: pageMax, cursor } };
        return answered(rest.GET('/v1/customers/{customer_id}/payment-methods', { params }));
      });
      return all.filter(({ status }) => status === 'active');
    },
  };
}
