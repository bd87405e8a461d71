import { NativeSelect, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { useFilters } from '../use-filters.ts';
import { type WebhookInList, webhookStatuses } from './webhook-states.ts';

const lookAgainMs = 15_000;

/** Providers' notifications; those first that nobody could handle. */
export function WebhooksPage(): ReactNode {
  const { t } = useTranslation();
  const [filters, change] = useFilters();
  const status = webhookStatuses.find((one) => one === filters['status']) ?? 'dead';
  return (
    <>
      <PageHeader title={t('nav.webhooks')} text={t('webhooks.text')} />
      <Paper>
        <NativeSelect
          label={t('webhooks.status')}
          w={{ base: '100%', xs: 280 }}
          mb="md"
          value={status}
          onChange={({ currentTarget }) => change({ status: currentTarget.value })}
          data={webhookStatuses.map((one) => ({ value: one, label: t(`webhooks.statuses.${one}`) }))}
        />
        <WebhooksTable status={status} />
      </Paper>
    </>
  );
}

function WebhooksTable({ status }: { status: WebhookInList['status'] }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <PagedTable
      readsAhead
      label={t('nav.webhooks')}
      queryKey={['webhooks', status]}
      fetchPage={(cursor) =>
        answered(rest.GET('/v1/admin/webhooks', { params: { query: { status, limit: 20, cursor } } }))
      }
      refetchInterval={lookAgainMs}
      keyOf={({ webhook_id }) => webhook_id}
      empty={
        status === 'dead' ? (
          <EmptyState title={t('webhooks.noneDead')} text={t('webhooks.noneDeadText')} />
        ) : (
          <EmptyState title={t('webhooks.none')} text={t('webhooks.noneText')} />
        )
      }
      columns={[
        {
          header: t('webhooks.event'),
          cell: ({ webhook_id, event_type, provider_event_id }) => (
            <RouterAnchor to={`/webhooks/${webhook_id}`} size="sm" className="break-anywhere">
              {event_type ?? provider_event_id}
            </RouterAnchor>
          ),
        },
        { header: t('webhooks.provider'), cell: ({ provider }) => provider },
        {
          header: t('webhooks.error'),
          cell: ({ error, tries }) =>
            error === null ? (
              '–'
            ) : (
              <span className="break-anywhere">
                {error}{' '}
                <Text span size="sm" c="dimmed">
                  {t('webhooks.tries', { count: tries })}
                </Text>
              </span>
            ),
        },
        { header: t('webhooks.receivedAt'), cell: ({ received_at }) => format.instant(received_at) },
      ]}
    />
  );
}
