import { Group, NativeSelect, Paper } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { pageLimit } from '../../shared/rest/page-limit.ts';
import type { Page, Subscription } from '../../shared/rest/types.ts';
import { CustomerName, PlanName } from '../names.tsx';
import { useFilters } from '../use-filters.ts';
import { SubscriptionSearch } from './subscription-search.tsx';

const statuses = [
  ...['active', 'trialing', 'past_due', 'paused', 'scheduled', 'incomplete', 'payment_failed', 'canceled', 'expired'],
] as const;
const lookAgainMs = 15_000;

type Filters = Readonly<Record<string, string | undefined>>;

function fetchPage({ status, plan_id, customer_id }: Filters, cursor: string | undefined): Promise<Page<Subscription>> {
  const query = {
    status: status as Subscription['status'] | undefined,
    plan_id,
    customer_id,
    limit: pageLimit(cursor),
    cursor,
  };
  return answered(rest.GET('/v1/subscriptions', { params: { query } }));
}

export function SubscriptionsPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const [filters, change] = useFilters();
  return (
    <>
      <PageHeader title={t('nav.subscriptions')} />
      <Paper>
        <FilterBar filters={filters} onChange={change} />
        <PagedTable
          readsAhead
          label={t('nav.subscriptions')}
          queryKey={['subscriptions', filters]}
          fetchPage={(cursor) => fetchPage(filters, cursor)}
          refetchInterval={lookAgainMs}
          keyOf={({ subscription_id }) => subscription_id}
          empty={<EmptyState title={t('subscriptions.none')} text={t('subscriptions.noneText')} />}
          columns={[
            { header: t('subscriptions.customer'), cell: ({ customer_id }) => <CustomerName id={customer_id} /> },
            {
              header: t('subscriptions.plan'),
              cell: ({ subscription_id, plan_id }) => (
                <RouterAnchor to={`/subscriptions/${subscription_id}`} size="sm">
                  <PlanName id={plan_id} />
                </RouterAnchor>
              ),
            },
            { header: t('subscriptions.status'), cell: ({ status }) => <StatusBadge status={status} /> },
            {
              header: t('subscriptions.next'),
              cell: ({ next_charge }) => (next_charge === null ? '–' : format.instant(next_charge.at)),
            },
            {
              header: t('subscriptions.amount'),
              align: 'end',
              cell: ({ next_charge }) =>
                next_charge === null ? '–' : format.money(next_charge.amount, next_charge.currency),
            },
            { header: t('subscriptions.since'), cell: ({ created_at }) => format.date(created_at) },
          ]}
        />
      </Paper>
    </>
  );
}

function FilterBar(props: { filters: Filters; onChange: (changed: Record<string, string>) => void }): ReactNode {
  const { t } = useTranslation();
  const plans = useQuery({
    queryKey: ['plans', 'all'],
    queryFn: () => answered(rest.GET('/v1/plans', { params: { query: { limit: 100 } } })),
  });
  const { filters, onChange } = props;
  return (
    <Group align="flex-end" gap="sm" mb="md">
      <SubscriptionSearch customerId={filters['customer_id']} onChange={onChange} />
      <NativeSelect
        label={t('subscriptions.status')}
        value={filters['status'] ?? ''}
        onChange={({ currentTarget }) => onChange({ status: currentTarget.value })}
        data={[
          { value: '', label: t('subscriptions.everyStatus') },
          ...statuses.map((status) => ({ value: status, label: t(`status.${status}`) })),
        ]}
      />
      <NativeSelect
        label={t('subscriptions.plan')}
        value={filters['plan_id'] ?? ''}
        onChange={({ currentTarget }) => onChange({ plan_id: currentTarget.value })}
        data={[
          { value: '', label: t('subscriptions.everyPlan') },
          ...(plans.data?.data ?? []).map(({ plan_id, name }) => ({ value: plan_id, label: name })),
        ]}
      />
    </Group>
  );
}
