import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { PaymentInList } from '../../shared/rest/types.ts';
import { useCustomerId } from '../../shared/session/session-context.tsx';
import { RefundRequestDialog } from './refund-request-dialog.tsx';

function isRefundable(payment: PaymentInList): boolean {
  return payment.status === 'completed' || payment.status === 'partially_refunded';
}

export function PaymentsSection(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const customer_id = useCustomerId();
  const [asking, setAsking] = useState<PaymentInList | null>(null);
  const title = t('billing.payments');
  return (
    <Section title={title}>
      <PagedTable
        label={title}
        queryKey={['payments', customer_id]}
        fetchPage={(cursor) =>
          answered(rest.GET('/v1/payments', { params: { query: { customer_id, limit: 12, cursor } } }))
        }
        keyOf={(payment) => payment.payment_id}
        empty={<EmptyState title={t('billing.noPayments')} text={t('billing.noPaymentsText')} />}
        columns={[
          { header: t('billing.date'), cell: (payment) => format.instant(payment.created_at) },
          { header: t('billing.status'), cell: (payment) => <StatusBadge status={payment.status} /> },
          {
            header: t('billing.amount'),
            align: 'end',
            cell: (payment) => format.money(payment.amount, payment.currency),
          },
          {
            header: t('billing.refunded'),
            align: 'end',
            cell: ({ amount_refunded, currency }) =>
              amount_refunded === 0 ? '–' : format.money(amount_refunded, currency),
          },
          {
            header: t('billing.refund'),
            align: 'end',
            cell: (payment) =>
              isRefundable(payment) && (
                <Button size="compact-sm" variant="default" onClick={() => setAsking(payment)}>
                  {t('refund.ask')}
                </Button>
              ),
          },
        ]}
      />
      {asking && <RefundRequestDialog payment={asking} onClose={() => setAsking(null)} />}
    </Section>
  );
}
