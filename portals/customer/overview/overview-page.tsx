import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { RouterButton } from '../../shared/parts/router-parts.tsx';
import type { Subscription } from '../../shared/rest/types.ts';
import { ChangePlanDialog } from '../../shared/subscription/change-plan-dialog.tsx';
import { UpcomingPayments } from '../../shared/subscription/upcoming-payments.tsx';
import { useChosenSubscription } from '../queries.ts';
import { SubscriptionCard } from './subscription-card.tsx';
import { SubscriptionHistory } from './subscription-history.tsx';

export function OverviewPage(): ReactNode {
  const { t } = useTranslation();
  const { query, chosen } = useChosenSubscription();
  const subscribe = <RouterButton to="/subscribe">{t('overview.subscribe')}</RouterButton>;
  return (
    <>
      <PageHeader
        title={t('nav.overview')}
        actions={
          chosen && (
            <RouterButton to="/subscribe" variant="default" size="sm">
              {t('overview.subscribeAlso')}
            </RouterButton>
          )
        }
      />
      <Loaded query={query} lines={6}>
        {() =>
          chosen === undefined ? (
            <EmptyState title={t('overview.none')} text={t('overview.noneText')} action={subscribe} />
          ) : (
            <OneSubscription key={chosen.subscription_id} subscription={chosen} />
          )
        }
      </Loaded>
    </>
  );
}

function OneSubscription({ subscription }: { subscription: Subscription }): ReactNode {
  const { dialog } = useSearch({ strict: false }) as { dialog?: string };
  const navigate = useNavigate();
  const showDialog = (name: string | undefined) =>
    void navigate({ to: '/', search: ((kept: object) => ({ ...kept, dialog: name })) as never });
  return (
    <>
      <SubscriptionCard subscription={subscription} onChangePlan={() => showDialog('change-plan')} />
      <UpcomingPayments subscription={subscription} periods={4} />
      <SubscriptionHistory subscription={subscription} />
      {dialog === 'change-plan' && subscription.allowed_commands.includes('change_plan') && (
        <ChangePlanDialog subscription={subscription} onClose={() => showDialog(undefined)} />
      )}
    </>
  );
}
