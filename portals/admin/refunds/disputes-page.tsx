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

export function DisputesPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <PageHeader title={t('nav.disputes')} text={t('disputes.text')} />
      <Paper>
        <PagedTable
          readsAhead
          label={t('nav.disputes')}
          queryKey={['disputes']}
          fetchPage={(cursor) => answered(rest.GET('/v1/admin/disputes', { params: { query: { limit: 20, cursor } } }))}
          keyOf={({ dispute_id }) => dispute_id}
          empty={<EmptyState title={t('disputes.none')} text={t('disputes.noneText')} />}
          columns={[
            { header: t('disputes.opened'), cell: ({ opened_at }) => format.instant(opened_at) },
            { header: t('disputes.status'), cell: ({ status }) => <StatusBadge status={status} /> },
            {
              header: t('disputes.amount'),
              align: 'end',
              cell: ({ amount, currency, payment_id }) => (
                <RouterAnchor to={`/payments/${payment_id}`} size="sm">
                  {format.money(amount, currency)}
                </RouterAnchor>
              ),
            },
            { header: t('disputes.reason'), cell: ({ reason }) => reason },
            {
              header: t('disputes.due'),
              cell: ({ evidence_due_at }) => (evidence_due_at === null ? '–' : format.instant(evidence_due_at)),
            },
          ]}
        />
      </Paper>
    </>
  );
}
