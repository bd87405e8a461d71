import { Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { Dispute } from '../../shared/rest/types.ts';
import { ChoiceFilter } from '../choice-filter.tsx';
import { CustomerName } from '../names.tsx';
import { useFilters } from '../use-filters.ts';
import { DisputeState } from './dispute-state.tsx';

const statuses = ['open', 'won', 'lost'] as const;
const lookAgainMs = 10_000;

export function DisputesPage(): ReactNode {
  const { t } = useTranslation();
  const [filters, change] = useFilters();
  const status = statuses.find((one) => one === filters['status']);
  return (
    <>
      <PageHeader title={t('nav.disputes')} text={t('disputes.text')} />
      <Paper>
        <ChoiceFilter
          label={t('disputes.status')}
          w={{ base: '100%', xs: 220 }}
          mb="md"
          every={t('area.everyStatus')}
          choices={statuses}
          nameOf={(one) => t(`disputes.state.${one}`)}
          value={status}
          onChange={(chosen) => change({ status: chosen })}
        />
        <DisputesTable status={status} />
      </Paper>
    </>
  );
}

function DisputesTable({ status }: { status: Dispute['status'] | undefined }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <PagedTable<Dispute>
      readsAhead
      label={t('nav.disputes')}
      queryKey={['disputes', status]}
      fetchPage={(cursor) =>
        answered(rest.GET('/v1/admin/disputes', { params: { query: { status, limit: 20, cursor } } }))
      }
      refetchInterval={lookAgainMs}
      keyOf={({ dispute_id }) => dispute_id}
      empty={<EmptyState title={t('disputes.none')} text={t('disputes.noneText')} />}
      columns={[
        {
          header: t('disputes.opened'),
          cell: ({ dispute_id, opened_at }) => (
            <RouterAnchor to={`/disputes/${dispute_id}`} size="sm">
              {format.instant(opened_at)}
            </RouterAnchor>
          ),
        },
        { header: t('disputes.status'), cell: (dispute) => <DisputeState status={dispute.status} /> },
        {
          header: t('disputes.amount'),
          align: 'end',
          cell: ({ amount, currency, payment_id }) => (
            <RouterAnchor to={`/payments/${payment_id}`} size="sm">
              {format.money(amount, currency)}
            </RouterAnchor>
          ),
        },
        { header: t('payments.customer'), cell: ({ customer_id }) => <CustomerName id={customer_id} /> },
        {
          header: t('disputes.subscription'),
          cell: ({ subscription_status }) =>
            subscription_status === null ? '–' : <StatusBadge status={subscription_status} />,
        },
        { header: t('disputes.reason'), cell: ({ reason }) => reason.replaceAll('_', ' ') },
        {
          header: t('disputes.due'),
          cell: ({ evidence_due_at }) => (evidence_due_at === null ? '–' : format.instant(evidence_due_at)),
        },
      ]}
    />
  );
}
