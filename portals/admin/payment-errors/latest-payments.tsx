import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { useMay } from '../../shared/session/session-context.tsx';
import { everyPaymentStatus, PaymentsTable } from './payments-table.tsx';

/** Of a subscription or a customer. */
export function LatestPayments({ of }: { of: { subscription_id: string } | { customer_id: string } }): ReactNode {
  const { t } = useTranslation();
  if (!useMay('failed_payments:read')) return null;
  return (
    <Section title={t('payments.title')}>
      <PaymentsTable
        label={t('payments.title')}
        filter={{ status: everyPaymentStatus, ...of }}
        pageSize={10}
        empty={<EmptyState title={t('payments.none')} />}
      />
    </Section>
  );
}
