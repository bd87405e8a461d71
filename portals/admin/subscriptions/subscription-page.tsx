import { Alert, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { planQuery } from '../../shared/rest/plan-queries.ts';
import type { Subscription } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { UpcomingPayments } from '../../shared/subscription/upcoming-payments.tsx';
import { BusinessTimeline } from './business-timeline.tsx';
import { RepairDialog } from './repair-dialog.tsx';
import { SubscriptionActions } from './subscription-actions.tsx';
import { SubscriptionFacts } from './subscription-facts.tsx';
import { SubscriptionPayments } from './subscription-payments.tsx';

const lookAgainMs = 5_000;
const forecastPeriods = 12;

export function SubscriptionPage(): ReactNode {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const subscription = useQuery({
    queryKey: ['subscription', id],
    queryFn: () =>
      answered(rest.GET('/v1/subscriptions/{subscription_id}', { params: { path: { subscription_id: id } } })),
    refetchInterval: lookAgainMs,
  });
  return (
    <Loaded query={subscription} lines={10}>
      {(data) => <OneSubscription subscription={data} />}
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
          </Group>
        }
      />
      <Parked subscription={subscription} />
      <SubscriptionFacts subscription={subscription} plan={plan.data} />
      <SubscriptionActions subscription={subscription} planName={name} />
      <SubscriptionPayments subscriptionId={subscription.subscription_id} />
      <BusinessTimeline subscription={subscription} />
      <UpcomingPayments subscription={subscription} periods={forecastPeriods} />
    </>
  );
}

/** A step failed until an operator had to look: which, why, and the way on. */
function Parked({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  const mayRepair = useMay('operations:repair');
  const [isAsking, setAsking] = useState(false);
  const parked = subscription.needs_attention;
  if (parked === null) return null;
  return (
    <Alert color="red" mb="lg" title={t('repair.parked')} role="alert">
      <Text size="sm">{t('repair.step', { step: parked.step })}</Text>
      <Text size="sm" className="break-anywhere">
        {parked.error}
      </Text>
      {mayRepair && (
        <Button size="xs" mt="sm" onClick={() => setAsking(true)}>
          {t('repair.title')}
        </Button>
      )}
      {isAsking && <RepairDialog subscription={subscription} onClose={() => setAsking(false)} />}
    </Alert>
  );
}
