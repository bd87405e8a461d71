import { useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { planQuery } from '../../shared/rest/plan-queries.ts';
import type { Plan } from '../../shared/rest/types.ts';
import { subscriptionQuery } from '../subscriptions/subscription-query.ts';

const subscriptionPage = /\/subscriptions\/(sub_[^/]+)/;

/** Of the subscription whose page is open, if one is. */
export function useShownPlan(): Plan | undefined {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const id = subscriptionPage.exec(path)?.[1] ?? '';
  const subscription = useQuery({ ...subscriptionQuery(id), enabled: id !== '' });
  const planId = subscription.data?.plan_id ?? '';
  return useQuery({ ...planQuery(planId), enabled: planId !== '' }).data;
}
