import { answered, rest } from '../../shared/rest/client.ts';
import type { Subscription } from '../../shared/rest/types.ts';

export function workflowQuery({ subscription_id, updated_at }: Subscription) {
  return {
    queryKey: ['workflow', subscription_id, updated_at],
    queryFn: () => {
      const path = { subscription_id };
      return answered(rest.GET('/v1/admin/subscriptions/{subscription_id}/workflow', { params: { path } }));
    },
  };
}
