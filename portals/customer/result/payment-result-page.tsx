import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { RouterButton } from '../../shared/parts/router-parts.tsx';
import { useChosenSubscription } from '../queries.ts';
import { leftForBank } from './at-bank.ts';
import { PaymentResult } from './payment-result.tsx';

/** After subscribing, and back from the bank: what became of the payment. */
export function PaymentResultPage(): ReactNode {
  const { t } = useTranslation();
  const { subscription } = useSearch({ strict: false }) as { subscription?: string };
  const { query, chosen } = useChosenSubscription();
  const subscriptionId = subscription ?? leftForBank() ?? chosen?.subscription_id;
  return (
    <>
      <PageHeader title={t('result.title')} />
      {subscriptionId === undefined ? (
        <Loaded query={query}>
          {() => (
            <EmptyState
              title={t('result.none')}
              text={t('result.noneText')}
              action={<RouterButton to="/">{t('result.toOverview')}</RouterButton>}
            />
          )}
        </Loaded>
      ) : (
        <PaymentResult subscriptionId={subscriptionId} />
      )}
    </>
  );
}
