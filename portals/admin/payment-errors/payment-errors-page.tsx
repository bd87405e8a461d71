import { NativeSelect, Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { useFilters } from '../use-filters.ts';
import { everyPaymentStatus, PaymentsTable } from './payments-table.tsx';

const failed = 'failed,failed_permanent';
const views = [
  { status: failed, name: 'failed' },
  { status: 'failed', name: 'retryable' },
  { status: 'failed_permanent', name: 'permanent' },
  { status: 'processing,requires_action,retrying', name: 'undecided' },
  { status: 'disputed', name: 'disputed' },
  { status: everyPaymentStatus, name: 'all' },
] as const;

/** R45: what failed, and what is being tried again. */
export function PaymentErrorsPage(): ReactNode {
  const { t } = useTranslation();
  const [filters, change] = useFilters();
  const status = filters['status'] ?? failed;
  return (
    <>
      <PageHeader title={t('nav.paymentErrors')} text={t('payments.text')} />
      <Paper>
        <NativeSelect
          label={t('payments.show')}
          w={{ base: '100%', xs: 280 }}
          mb="md"
          value={status}
          onChange={({ currentTarget }) => change({ status: currentTarget.value })}
          data={views.map((view) => ({ value: view.status, label: t(`payments.view.${view.name}`) }))}
        />
        <PaymentsTable
          label={t('nav.paymentErrors')}
          filter={{ status }}
          empty={<EmptyState title={t('payments.noneFailed')} text={t('payments.noneFailedText')} />}
        />
      </Paper>
    </>
  );
}
