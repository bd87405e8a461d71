import { Button, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { ProblemPanel } from '../../shared/parts/problem-panel.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { AskedRefund, PaymentInList } from '../../shared/rest/types.ts';
import { useCustomerId } from '../../shared/session/session-context.tsx';
import { RefundRequestDialog } from './refund-request-dialog.tsx';
import { RefundState } from './refund-state.tsx';
import { useAskedRefunds } from './use-asked-refunds.ts';

function isRefundable({ status, amount, amount_refunded }: PaymentInList): boolean {
  return (status === 'completed' || status === 'partially_refunded') && amount_refunded < amount;
}

export function PaymentsSection(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const customer_id = useCustomerId();
  const [asking, setAsking] = useState<PaymentInList | null>(null);
  // Read here, not in a cell: else what arrives later draws nothing anew.
  const { data: asked, isError, error, refetch } = useAskedRefunds();
  const title = t('billing.payments');
  return (
    <Section title={title}>
      {isError && asked === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
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
            cell: (payment) => (
              <RefundCell
                payment={payment}
                asked={asked?.get(payment.payment_id)}
                isKnown={asked !== undefined}
                onAsk={() => setAsking(payment)}
              />
            ),
          },
        ]}
      />
      {asking && <RefundRequestDialog payment={asking} onClose={() => setAsking(null)} />}
    </Section>
  );
}

/** What was asked for last, and a way to ask, unless that is not decided yet. */
function RefundCell(props: {
  payment: PaymentInList;
  asked: AskedRefund | undefined;
  isKnown: boolean;
  onAsk: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const { payment, asked } = props;
  return (
    <Stack gap={4} align="flex-end">
      {asked && <RefundState asked={asked} />}
      {props.isKnown && asked?.status !== 'open' && isRefundable(payment) && (
        <Button size="compact-sm" variant="default" onClick={props.onAsk}>
          {t('refund.ask')}
        </Button>
      )}
    </Stack>
  );
}
