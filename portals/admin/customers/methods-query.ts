import { answered, rest } from '../../shared/rest/client.ts';

/** Those that can be charged. */
export function methodsQuery(customer_id: string) {
  return {
    queryKey: ['methods', customer_id],
    queryFn: async () => {
      const params = { path: { customer_id }, query: { limit: 100 } };
      const page = await answered(rest.GET('/v1/customers/{customer_id}/payment-methods', { params }));
      return page.data.filter(({ status }) => status === 'active');
    },
  };
}
