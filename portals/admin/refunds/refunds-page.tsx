import { Button, Group, Paper, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { RefundInList } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { ChoiceFilter } from '../choice-filter.tsx';
import { CustomerSearch } from '../customers/customer-search.tsx';
import { CustomerName } from '../names.tsx';
import { DateRange, instantsOf } from '../payments/date-range.tsx';
import { useFilters } from '../use-filters.ts';
import { RepairRefundDialog } from './repair-refund-dialog.tsx';

const statuses = ['pending', 'succeeded', 'rejected', 'failed', 'needs_review'] as const;
/** What a list is narrowed to: a state, or what a person must set going again, in whatever state. */
const views = [...statuses, 'needs_repair'] as const;
const lookAgainMs = 5_000;

/** What goes or went back, and what waits for a person. A refund is made on its payment's page. */
export function RefundsPage(): ReactNode {
  const { t } = useTranslation();
  const [{ status: wanted, needs_repair, customer_id, from, to }, change] = useFilters();
  const isStuck = needs_repair === 'true';
  const status = statuses.find((one) => one === wanted);
  return (
    <>
      <PageHeader title={t('refunds.title')} text={t('refundList.text')} />
      <Paper>
        <Group align="flex-end" gap="sm" mb="md">
          <CustomerSearch
            customerId={customer_id}
            label={t('customerSearch.label')}
            hint={t('customerSearch.hint')}
            onChange={(id) => change({ customer_id: id })}
          />
          <ChoiceFilter
            label={t('refunds.status')}
            every={t('area.everyStatus')}
            choices={views}
            nameOf={(one) => (one === 'needs_repair' ? t('refundList.needsRepair') : t(`status.${one}`))}
            value={isStuck ? 'needs_repair' : status}
            onChange={(chosen) =>
              change(
                chosen === 'needs_repair' ? { status: '', needs_repair: 'true' } : { status: chosen, needs_repair: '' },
              )
            }
          />
          <DateRange from={from ?? ''} to={to ?? ''} onChange={change} />
        </Group>
        <RefundsTable
          filter={{
            ...(isStuck ? { status: undefined, needs_repair: 'true' } : { status }),
            ...{ customer_id, ...instantsOf(from, to) },
          }}
        />
      </Paper>
    </>
  );
}

interface RefundFilter {
  status: (typeof statuses)[number] | undefined;
  needs_repair?: 'true';
  customer_id: string | undefined;
  created_from?: string;
  created_to?: string;
}

function RefundsTable({ filter }: { filter: RefundFilter }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const mayRepair = useMay('operations:repair');
  const [repairing, setRepairing] = useState<RefundInList | null>(null);
  return (
    <>
      <PagedTable<RefundInList>
        readsAhead
        label={t('refunds.title')}
        queryKey={['refunds', filter]}
        fetchPage={(cursor) =>
          answered(rest.GET('/v1/admin/refunds', { params: { query: { ...filter, limit: 20, cursor } } }))
        }
        refetchInterval={lookAgainMs}
        keyOf={({ refund_id }) => refund_id}
        empty={<EmptyState title={t('refundList.none')} text={t('refundList.noneText')} />}
        columns={[
          { header: t('refunds.at'), cell: ({ created_at }) => format.instant(created_at) },
          { header: t('refunds.status'), cell: (refund) => <StatusBadge status={refund.status} /> },
          {
            header: t('refunds.amount'),
            align: 'end',
            cell: ({ amount, currency, payment_id }) => (
              <RouterAnchor to={`/payments/${payment_id}`} size="sm">
                {format.money(amount, currency)}
              </RouterAnchor>
            ),
          },
          { header: t('payments.customer'), cell: ({ customer_id }) => <CustomerName id={customer_id} /> },
          { header: t('area.provider'), cell: (refund) => <AtProvider refund={refund} /> },
          { header: t('refunds.note'), cell: ({ note, message }) => note ?? message ?? '–' },
          {
            header: t('attempts.action'),
            cell: (refund) =>
              refund.needs_repair &&
              mayRepair && (
                <Button size="compact-sm" variant="default" onClick={() => setRepairing(refund)}>
                  {t('repairRefund.title')}
                </Button>
              ),
          },
        ]}
      />
      {repairing && <RepairRefundDialog refund={repairing} onClose={() => setRepairing(null)} />}
    </>
  );
}

function AtProvider({ refund }: { refund: RefundInList }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm">{t(`providerName.${refund.provider}`, { defaultValue: refund.provider })}</Text>
      <Text size="xs" c="dimmed" className="break-anywhere">
        {refund.provider_refund_id}
      </Text>
    </>
  );
}
