import { answered, rest } from '../../shared/rest/client.ts';

export function subscriptionQuery(subscription_id: string) {
  return {
    queryKey: ['subscription', subscription_id],
    queryFn: () => answered(rest.GET('/v1/subscriptions/{subscription_id}', { params: { path: { subscription_id } } })),
  };
}
