import { NativeSelect, Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { useFilters } from '../use-filters.ts';
import { PaymentsTable } from './payments-table.tsx';

/** One that is being retried stays in the list until its result (spec §8). */
const failed = 'failed,failed_permanent,retrying';
const views = [
  { status: failed, name: 'failed' },
  { status: 'failed', name: 'retryable' },
  { status: 'failed_permanent', name: 'permanent' },
  { status: 'processing,requires_action,retrying', name: 'undecided' },
] as const;

/** R45: what failed, and what is being tried again. */
export function PaymentErrorsPage(): ReactNode {
  const { t } = useTranslation();
  const [filters, change] = useFilters();
  const status = views.find((view) => view.status === filters['status'])?.status ?? failed;
  const isOwed = filters['owed'] === 'true';
  return (
    <>
      <PageHeader title={t('nav.paymentErrors')} text={t('payments.text')} />
      <Paper>
        <NativeSelect
          label={t('payments.show')}
          w={{ base: '100%', xs: 280 }}
          mb="md"
          value={isOwed ? 'owed' : status}
          onChange={({ currentTarget: { value } }) =>
            change(value === 'owed' ? { status: '', owed: 'true' } : { status: value, owed: '' })
          }
          data={[
            { value: 'owed', label: t('payments.view.owed') },
            ...views.map((view) => ({ value: view.status, label: t(`payments.view.${view.name}`) })),
          ]}
        />
        <PaymentsTable
          label={t('nav.paymentErrors')}
          filter={isOwed ? { status, owed: 'true' } : { status }}
          empty={<EmptyState title={t('payments.noneFailed')} text={t('payments.noneFailedText')} />}
        />
      </Paper>
    </>
  );
}
