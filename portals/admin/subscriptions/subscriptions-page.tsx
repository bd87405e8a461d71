import { Badge, Button, Group, Paper } from '@mantine/core';
import { type ReactNode, useState } from 'react';
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
import { useMay } from '../../shared/session/session-context.tsx';
import { CustomerName, PlanName } from '../names.tsx';
import { useFilters } from '../use-filters.ts';
import { FilterBar } from './filter-bar.tsx';
import { type Filters, filtersOf, listQueryOf } from './list-filters.ts';
import { SavedViews } from './saved-views.tsx';
import { SubscribeSomebodyDialog } from './subscribe-somebody-dialog.tsx';

const lookAgainMs = 15_000;

function fetchPage(filters: Filters, cursor: string | undefined): Promise<Page<Subscription>> {
  const query = { ...listQueryOf(filters), limit: pageLimit(cursor), cursor };
  return answered(rest.GET('/v1/subscriptions', { params: { query } }));
}

export function SubscriptionsPage(): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay('subscriptions:write');
  const [isSubscribing, setSubscribing] = useState(false);
  const [filters, change] = useFilters();
  return (
    <>
      <PageHeader
        title={t('nav.subscriptions')}
        actions={mayWrite && <Button onClick={() => setSubscribing(true)}>{t('subscriptions.subscribe')}</Button>}
      />
      <Paper>
        <SavedViews filters={filters} onChange={change} />
        <FilterBar filters={filters} onChange={change} />
        <PagedTable
          readsAhead
          label={t('nav.subscriptions')}
          queryKey={['subscriptions', filtersOf(filters)]}
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
            { header: t('subscriptions.status'), cell: (subscription) => <Status subscription={subscription} /> },
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
      {isSubscribing && <SubscribeSomebodyDialog onClose={() => setSubscribing(false)} />}
    </>
  );
}

function Status({ subscription }: { subscription: Subscription }): ReactNode {
  const { t } = useTranslation();
  return (
    <Group gap={4} justify="inherit">
      <StatusBadge status={subscription.status} />
      {subscription.needs_attention !== null && <Badge color="red">{t('subscriptions.parked')}</Badge>}
    </Group>
  );
}
