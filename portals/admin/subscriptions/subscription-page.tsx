import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { planQuery } from '../../shared/rest/plan-queries.ts';
import type { Subscription } from '../../shared/rest/types.ts';
import { InCustomersZone, ZoneNote } from '../customers/customers-zone.tsx';
import { LatestPayments } from '../payment-errors/latest-payments.tsx';
import { OutlookSection } from './forecast/outlook-section.tsx';
import { ParkedAlert } from './parked-alert.tsx';
import { BillingRuns } from './story/billing-runs.tsx';
import { SubscriptionActions } from './subscription-actions.tsx';
import { SubscriptionFacts } from './subscription-facts.tsx';
import { subscriptionQuery } from './subscription-query.ts';
import { WorkflowSection } from './workflow-section.tsx';

const lookAgainMs = 5_000;

export function SubscriptionPage(): ReactNode {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const subscription = useQuery({
    ...subscriptionQuery(id),
    refetchInterval: lookAgainMs,
  });
  return (
    <Loaded query={subscription} lines={10}>
      {(data) => (
        <InCustomersZone customerId={data.customer_id}>
          <OneSubscription subscription={data} />
        </InCustomersZone>
      )}
    </Loaded>
  );
}

function OneSubscription({ subscription }: { subscription: Subscription }): ReactNode {
  const plan = useQuery(planQuery(subscription.plan_id));
  const name = plan.data?.name ?? subscription.plan_id;
  return (
    <>
      <PageHeader
        title={name}
        text={
          <Group gap="xs">
            <StatusBadge status={subscription.status} />
            <span className="break-anywhere">{subscription.subscription_id}</span>
            <ZoneNote />
          </Group>
        }
      />
      <ParkedAlert subscription={subscription} planName={name} />
      <SubscriptionFacts subscription={subscription} plan={plan.data} />
      <SubscriptionActions subscription={subscription} planName={name} />
      <BillingRuns subscription={subscription} />
      <OutlookSection subscription={subscription} />
      <LatestPayments of={{ subscription_id: subscription.subscription_id }} />
      <WorkflowSection subscription={subscription} />
    </>
  );
}
