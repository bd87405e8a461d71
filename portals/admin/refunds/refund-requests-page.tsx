import { Button, Group, NativeSelect, Paper, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { CustomerName } from '../names.tsx';
import { useFilters } from '../use-filters.ts';
import { DecideDialog } from './decide-dialog.tsx';
import type { Decision } from './decision.ts';

const statuses = ['open', 'approved', 'declined'] as const;
const lookAgainMs = 10_000;

export function RefundRequestsPage(): ReactNode {
  const { t } = useTranslation();
  const [filters, change] = useFilters();
  const status = statuses.find((one) => one === filters['status']) ?? 'open';
  const [decision, setDecision] = useState<Decision | null>(null);
  return (
    <>
      <PageHeader title={t('nav.refundRequests')} text={t('requests.text')} />
      <Paper>
        <NativeSelect
          label={t('requests.status')}
          w={{ base: '100%', xs: 220 }}
          mb="md"
          value={status}
          onChange={({ currentTarget }) => change({ status: currentTarget.value })}
          data={statuses.map((one) => ({ value: one, label: t(`status.${one}`) }))}
        />
        <RequestsTable status={status} onDecide={setDecision} />
      </Paper>
      {decision && <DecideDialog {...decision} onClose={() => setDecision(null)} />}
    </>
  );
}

function RequestsTable(props: {
  status: (typeof statuses)[number];
  onDecide: (decision: Decision) => void;
}): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { status } = props;
  return (
    <PagedTable
      readsAhead
      label={t('nav.refundRequests')}
      queryKey={['refund-requests', status]}
      fetchPage={(cursor) =>
        answered(rest.GET('/v1/admin/refund-requests', { params: { query: { status, limit: 20, cursor } } }))
      }
      refetchInterval={lookAgainMs}
      keyOf={({ refund_request_id }) => refund_request_id}
      empty={<EmptyState title={t('requests.none')} text={t('requests.noneText')} />}
      columns={[
        { header: t('requests.at'), cell: ({ created_at }) => format.instant(created_at) },
        { header: t('requests.customer'), cell: ({ customer_id }) => <CustomerName id={customer_id} /> },
        {
          header: t('requests.amount'),
          align: 'end',
          cell: ({ amount, currency, payment_id }) => (
            <RouterAnchor to={`/payments/${payment_id}`} size="sm">
              {format.money(amount, currency)}
            </RouterAnchor>
          ),
        },
        { header: t('requests.reason'), cell: ({ reason }) => reason },
        {
          header: t('requests.decision'),
          cell: (request) =>
            request.status === 'open' ? (
              <Group gap="xs" wrap="nowrap">
                <Button size="compact-sm" onClick={() => props.onDecide({ request, verdict: 'approve' })}>
                  {t('requests.approve')}
                </Button>
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => props.onDecide({ request, verdict: 'decline' })}
                >
                  {t('requests.decline')}
                </Button>
              </Group>
            ) : (
              <>
                <StatusBadge status={request.status} /> {request.decision_note}
                {request.customer_message !== null && (
                  <Text size="xs" c="dimmed">
                    {t('requests.told', { text: request.customer_message })}
                  </Text>
                )}
              </>
            ),
        },
      ]}
    />
  );
}
