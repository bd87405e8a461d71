import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { paths } from '../../../contracts/generated/rest.gen.ts';
import { useFormat } from '../../shared/format/use-format.ts';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { pageLimit } from '../../shared/rest/page-limit.ts';
import { CustomerName } from '../names.tsx';
import { useDeclineText } from './use-decline-text.ts';

export const everyPaymentStatus = [
  ...['pending', 'processing', 'completed', 'failed', 'failed_permanent', 'requires_action', 'retrying'],
  ...['partially_refunded', 'refunded', 'disputed'],
].join(',');

const lookAgainMs = 3_000;

type Query = NonNullable<paths['/v1/admin/payments']['get']['parameters']['query']>;
/** As the interface takes it; what is undefined filters nothing. */
type PaymentFilter = { [Name in Exclude<keyof Query, 'limit' | 'cursor'>]?: Query[Name] | undefined };

/** Payments with what one decides by: amount, reason, last attempt, how many there were. */
export function PaymentsTable(props: {
  label: string;
  filter: PaymentFilter;
  /** Of a list that is short; absent: as long as one scrolls. */
  pageSize?: number;
  withCustomer?: boolean;
  empty: ReactNode;
}): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const declineText = useDeclineText();
  const { filter, pageSize } = props;
  return (
    <PagedTable
      readsAhead={pageSize === undefined}
      label={props.label}
      queryKey={['admin-payments', filter, pageSize]}
      fetchPage={(cursor) =>
        answered(
          rest.GET('/v1/admin/payments', {
            params: { query: { ...filter, limit: pageSize ?? pageLimit(cursor), cursor } },
          }),
        )
      }
      refetchInterval={lookAgainMs}
      keyOf={({ payment_id }) => payment_id}
      empty={props.empty}
      columns={[
        {
          header: t('payments.payment'),
          cell: ({ payment_id }) => (
            <RouterAnchor to={`/payments/${payment_id}`} size="sm">
              {payment_id}
            </RouterAnchor>
          ),
        },
        ...(props.withCustomer
          ? [
              {
                header: t('payments.customer'),
                cell: ({ customer_id }: { customer_id: string }) => <CustomerName id={customer_id} />,
              },
            ]
          : []),
        { header: t('payments.status'), cell: ({ status }) => <StatusBadge status={status} /> },
        {
          header: t('payments.amount'),
          align: 'end',
          cell: ({ amount, currency }) => format.money(amount, currency),
        },
        { header: t('payments.reason'), cell: ({ reason }) => (reason === null ? '–' : declineText(reason)) },
        {
          header: t('payments.lastAttempt'),
          cell: ({ last_attempt }) => (last_attempt === null ? '–' : format.instant(last_attempt.at)),
        },
        {
          header: t('payments.attempts'),
          align: 'end',
          cell: ({ attempts_count, max_retries }) =>
            t('payments.attemptsOf', { count: attempts_count, most: max_retries }),
        },
      ]}
    />
  );
}
