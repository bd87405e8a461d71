import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { useMay } from '../../shared/session/session-context.tsx';
import { everyPaymentStatus, PaymentsTable } from '../payment-errors/payments-table.tsx';

export function SubscriptionPayments({ subscriptionId }: { subscriptionId: string }): ReactNode {
  const { t } = useTranslation();
  if (!useMay('failed_payments:read')) return null;
  return (
    <Section title={t('payments.title')}>
      <PaymentsTable
        label={t('payments.title')}
        filter={{ status: everyPaymentStatus, subscription_id: subscriptionId }}
        pageSize={10}
        empty={<EmptyState title={t('payments.none')} />}
      />
    </Section>
  );
}
