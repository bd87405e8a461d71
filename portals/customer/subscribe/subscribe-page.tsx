import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { activePlansQuery } from '../../shared/rest/plan-queries.ts';
import type { SubscriptionCreated } from '../../shared/rest/types.ts';
import { SetupResult } from '../methods/setup-result.tsx';
import { SubscribeForm } from './subscribe-form.tsx';
import { SubscribeResult } from './subscribe-result.tsx';

export function SubscribePage(): ReactNode {
  const { t } = useTranslation();
  const plans = useQuery(activePlansQuery());
  const [created, setCreated] = useState<SubscriptionCreated | null>(null);
  return (
    <>
      <PageHeader title={t('subscribe.title')} text={t('subscribe.text')} />
      <SetupResult />
      <Loaded query={plans} lines={6}>
        {({ data }) => {
          if (created !== null) return <SubscribeResult created={created} />;
          if (data.length === 0) return <EmptyState title={t('subscribe.noPlans')} text={t('subscribe.noPlansText')} />;
          return <SubscribeForm plans={data} onCreated={setCreated} />;
        }}
      </Loaded>
    </>
  );
}
