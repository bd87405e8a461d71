import { NativeSelect, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import type { UndecidedAttempt } from '../../shared/rest/types.ts';
import { CustomerName } from '../names.tsx';
import { UndecidedActions } from '../payment-errors/undecided-actions.tsx';
import { useFilters } from '../use-filters.ts';

const views = ['unknown,needs_review', 'needs_review', 'unknown', 'requires_action'] as const;
const lookAgainMs = 3_000;

/** What was sent to a provider and came to nobody knows what: what is known, and when it is asked about next. */
export function UnknownPage(): ReactNode {
  const { t } = useTranslation();
  const [filters, change] = useFilters();
  const status = views.find((view) => view === filters['status']) ?? views[0];
  return (
    <>
      <PageHeader title={t('unknown.title')} text={t('unknown.text')} />
      <Paper>
        <NativeSelect
          label={t('payments.show')}
          w={{ base: '100%', xs: 280 }}
          mb="md"
          value={status}
          onChange={({ currentTarget }) => change({ status: currentTarget.value })}
          data={views.map((view) => ({ value: view, label: t(`unknown.view.${view}`) }))}
        />
        <AttemptsTable status={status} />
      </Paper>
    </>
  );
}

function AttemptsTable({ status }: { status: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <PagedTable
      readsAhead
      label={t('unknown.title')}
      queryKey={['undecided-attempts', status]}
      fetchPage={(cursor) =>
        answered(rest.GET('/v1/admin/attempts', { params: { query: { status, limit: 20, cursor } } }))
      }
      refetchInterval={lookAgainMs}
      keyOf={({ attempt_id }) => attempt_id}
      empty={<EmptyState title={t('unknown.none')} text={t('unknown.noneText')} />}
      columns={[
        {
          header: t('payments.amount'),
          align: 'end',
          cell: ({ amount, currency, payment_id }) => (
            <RouterAnchor to={`/payments/${payment_id}`} size="sm">
              {format.money(amount, currency)}
            </RouterAnchor>
          ),
        },
        { header: t('payments.customer'), cell: ({ customer_id }) => <CustomerName id={customer_id} /> },
        { header: t('payments.status'), cell: (attempt) => <StatusBadge status={attempt.status} /> },
        { header: t('unknown.known'), cell: (attempt) => <WhatIsKnown attempt={attempt} /> },
        {
          header: t('unknown.next'),
          cell: ({ next_look_up_at }) =>
            next_look_up_at === null ? t('unknown.nobodyAsks') : format.exact(next_look_up_at),
        },
        {
          header: t('attempts.action'),
          cell: (attempt) => <UndecidedActions attempt={attempt} status={attempt.status} />,
        },
      ]}
    />
  );
}

function WhatIsKnown({ attempt }: { attempt: UndecidedAttempt }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { message, sent_at, provider, provider_charge_id, send_count, look_up_count } = attempt;
  return (
    <>
      <Text size="sm">{message ?? t('unknown.noAnswer')}</Text>
      <Text size="xs" c="dimmed" className="break-anywhere">
        {t(`providerName.${provider}`, { defaultValue: provider })} {provider_charge_id}
      </Text>
      <Text size="xs" c="dimmed">
        {t('unknown.sent', {
          at: sent_at === null ? '–' : format.exact(sent_at),
          sends: send_count,
          lookUps: look_up_count,
        })}
      </Text>
    </>
  );
}
