import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { everyPlanQuery } from '../../shared/rest/plan-queries.ts';
import { SetupResult } from '../methods/setup-result.tsx';
import { SubscribeForm } from './subscribe-form.tsx';

export function SubscribePage(): ReactNode {
  const { t } = useTranslation();
  const plans = useQuery(everyPlanQuery('active'));
  const navigate = useNavigate();
  const showResult = (subscription: string) =>
    void navigate({ to: '/payment-result', search: { subscription } as never, replace: true });
  return (
    <>
      <PageHeader title={t('subscribe.title')} text={t('subscribe.text')} />
      <SetupResult />
      <Loaded query={plans} lines={6}>
        {(all) => {
          if (all.length === 0) return <EmptyState title={t('subscribe.noPlans')} text={t('subscribe.noPlansText')} />;
          return <SubscribeForm plans={all} onCreated={({ subscription_id }) => showResult(subscription_id)} />;
        }}
      </Loaded>
    </>
  );
}
