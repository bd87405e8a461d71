import { useQueries, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { answered, rest } from '../shared/rest/client.ts';
import { planQuery } from '../shared/rest/plan-queries.ts';
import { pageMax, readAll } from '../shared/rest/read-all.ts';
import type { Plan, Subscription } from '../shared/rest/types.ts';
import { useCustomerId } from '../shared/session/session-context.tsx';

const ended = new Set<Subscription['status']>(['canceled', 'expired', 'payment_failed']);

/** A state that will be another one by itself within seconds: worth a look now and then. */
const settling = new Set<Subscription['status']>(['incomplete', 'past_due']);
const lookAgainMs = 3_000;

function useSubscriptions() {
  const customer_id = useCustomerId();
  return useQuery({
    queryKey: ['subscriptions', customer_id],
    queryFn: () =>
      readAll((cursor) => {
        const query = { customer_id, limit: pageMax, cursor };
        return answered(rest.GET('/v1/subscriptions', { params: { query } }));
      }),
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => settling.has(status)) === true ? lookAgainMs : false,
  });
}

/** The one named in the address, else the newest that lives, else the newest. */
export function useChosenSubscription() {
  const { subscription } = useSearch({ strict: false }) as { subscription?: string };
  const query = useSubscriptions();
  const subscriptions = query.data ?? [];
  const chosen =
    subscriptions.find((one) => one.subscription_id === subscription) ??
    subscriptions.find((one) => !ended.has(one.status)) ??
    subscriptions[0];
  return { query, subscriptions, chosen };
}

/** Plans of the customer's subscriptions, archived ones too. */
export function usePlans(): (planId: string) => Plan | undefined {
  const ids = [...new Set((useSubscriptions().data ?? []).map(({ plan_id }) => plan_id))];
  const plans = useQueries({ queries: ids.map((plan_id) => planQuery(plan_id)) });
  return (planId) => plans.find(({ data }) => data?.plan_id === planId)?.data;
}

export function useMethods() {
  const customer_id = useCustomerId();
  return useQuery({
    queryKey: ['methods', customer_id],
    queryFn: async () => {
      const all = await readAll((cursor) => {
        const params = { path: { customer_id }, query: { limit: pageMax, cursor } };
        return answered(rest.GET('/v1/customers/{customer_id}/payment-methods', { params }));
      });
      return all.filter(({ status }) => status === 'active');
    },
  });
}

export function paymentsQuery(subscription_id: string) {
  return {
    queryKey: ['payments', 'of', subscription_id],
    queryFn: () => answered(rest.GET('/v1/payments', { params: { query: { subscription_id, limit: 20 } } })),
  };
}
