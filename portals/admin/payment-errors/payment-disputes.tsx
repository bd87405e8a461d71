import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { DataTable } from '../../shared/parts/data-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { DisputeState } from '../refunds/dispute-state.tsx';

/** The disputes of one payment; nothing where it has none, or the role may not read them. */
export function PaymentDisputes({ paymentId }: { paymentId: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const seesDisputes = useMay('disputes:read');
  const disputes = useQuery({
    queryKey: ['disputes', 'of', paymentId],
    queryFn: () =>
      answered(rest.GET('/v1/admin/disputes', { params: { query: { payment_id: paymentId, limit: 20 } } })),
    enabled: seesDisputes,
  });
  const rows = disputes.data?.data ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={t('nav.disputes')}>
      <DataTable
        label={t('nav.disputes')}
        rows={rows}
        keyOf={({ dispute_id }) => dispute_id}
        columns={[
          {
            header: t('disputes.opened'),
            cell: ({ dispute_id, opened_at }) => (
              <RouterAnchor to={`/disputes/${dispute_id}`} size="sm">
                {format.instant(opened_at)}
              </RouterAnchor>
            ),
          },
          { header: t('disputes.status'), cell: ({ status }) => <DisputeState status={status} /> },
          {
            header: t('disputes.amount'),
            align: 'end',
            cell: ({ amount, currency }) => format.money(amount, currency),
          },
          { header: t('disputes.reason'), cell: ({ reason }) => reason.replaceAll('_', ' ') },
        ]}
      />
    </Section>
  );
}
