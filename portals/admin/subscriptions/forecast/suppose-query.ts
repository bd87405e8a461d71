import { keepPreviousData } from '@tanstack/react-query';
import { answered, rest } from '../../../shared/rest/client.ts';
import type { Subscription, Supposed } from '../../../shared/rest/types.ts';

/** What would be billed if a command were given now: asked of the platform, which refuses what it would refuse. */
export function supposeQuery(
  { subscription_id, updated_at }: Pick<Subscription, 'subscription_id' | 'updated_at'>,
  supposed: Supposed | null,
  periods: number,
) {
  return {
    queryKey: ['suppose', subscription_id, updated_at, supposed, periods],
    queryFn: () => {
      const body = { periods, ...supposed };
      const params = { path: { subscription_id } };
      return answered(rest.POST('/v1/subscriptions/{subscription_id}/forecast', { params, body }));
    },
    enabled: supposed !== null,
    placeholderData: keepPreviousData,
    retry: false,
  };
}
