import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { DataTable } from '../../shared/parts/data-table.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { AdminPayment } from '../../shared/rest/types.ts';

const lookAgainMs = 3_000;

/** Shown where there are any. */
export function RefundsSection({ payment }: { payment: AdminPayment }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refunds = useQuery({
    queryKey: ['refunds', payment.payment_id, payment.updated_at],
    queryFn: () => {
      const params = { path: { payment_id: payment.payment_id }, query: { limit: 100 } };
      return answered(rest.GET('/v1/payments/{payment_id}/refunds', { params }));
    },
    refetchInterval: ({ state }) =>
      state.data?.data.some(({ status }) => status === 'pending') === true ? lookAgainMs : false,
  });
  const rows = refunds.data?.data ?? [];
  if (rows.length === 0) return null;
  return (
    <Section title={t('refunds.title')}>
      <DataTable
        label={t('refunds.title')}
        rows={rows}
        keyOf={({ refund_id }) => refund_id}
        columns={[
          { header: t('refunds.at'), cell: ({ created_at }) => format.instant(created_at) },
          { header: t('refunds.status'), cell: ({ status }) => <StatusBadge status={status} /> },
          { header: t('refunds.amount'), align: 'end', cell: ({ amount, currency }) => format.money(amount, currency) },
          { header: t('refunds.note'), cell: ({ note, message }) => note ?? message ?? '–' },
        ]}
      />
    </Section>
  );
}
