import { Button, Group, NativeSelect, Paper } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { PagedTable } from '../../shared/parts/paged-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import { usePriceText } from '../../shared/parts/use-price-text.ts';
import { answered, rest } from '../../shared/rest/client.ts';
import type { Plan } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { useFilters } from '../use-filters.ts';
import { ArchiveDialog } from './archive-dialog.tsx';
import { PlanDialog } from './plan-dialog.tsx';

interface Asking {
  what: 'edit' | 'archive';
  plan?: Plan;
}

export function PlansPage(): ReactNode {
  const { t } = useTranslation();
  const mayWrite = useMay('plans:write');
  const [filters, change] = useFilters();
  const [asking, setAsking] = useState<Asking | null>(null);
  const status = filters['status'] === 'archived' ? 'archived' : 'active';
  const close = () => setAsking(null);
  return (
    <>
      <PageHeader
        title={t('nav.plans')}
        text={t('plans.text')}
        actions={mayWrite && <Button onClick={() => setAsking({ what: 'edit' })}>{t('plans.add')}</Button>}
      />
      <Paper>
        <NativeSelect
          label={t('plans.status')}
          w={{ base: '100%', xs: 220 }}
          mb="md"
          value={status}
          onChange={({ currentTarget }) => change({ status: currentTarget.value })}
          data={['active', 'archived'].map((one) => ({ value: one, label: t(`status.${one}`) }))}
        />
        <PlansTable status={status} onAsk={mayWrite ? setAsking : undefined} />
      </Paper>
      {asking?.what === 'edit' && <PlanDialog plan={asking.plan} onClose={close} />}
      {asking?.what === 'archive' && asking.plan && <ArchiveDialog plan={asking.plan} onClose={close} />}
    </>
  );
}

function PlansTable(props: { status: Plan['status']; onAsk: ((asking: Asking) => void) | undefined }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const priceText = usePriceText();
  const { status, onAsk } = props;
  return (
    <PagedTable
      readsAhead
      label={t('nav.plans')}
      queryKey={['plans', 'page', status]}
      fetchPage={(cursor) => answered(rest.GET('/v1/plans', { params: { query: { status, limit: 20, cursor } } }))}
      keyOf={({ plan_id }) => plan_id}
      empty={<EmptyState title={t('plans.none')} text={t('plans.noneText')} />}
      columns={[
        {
          header: t('plans.name'),
          cell: ({ plan_id, name }) => (
            <RouterAnchor to="/subscriptions" search={{ plan_id } as never} size="sm">
              {name}
            </RouterAnchor>
          ),
        },
        { header: t('plans.price'), cell: priceText },
        {
          header: t('plans.trial'),
          cell: ({ trial_period_days: count }) => (count === 0 ? '–' : t('plans.trialDays', { count })),
        },
        { header: t('plans.group'), cell: ({ group }) => group ?? '–' },
        { header: t('plans.version'), align: 'end', cell: ({ price_version }) => format.number(price_version) },
        { header: t('plans.status'), cell: (plan) => <StatusBadge status={plan.status} /> },
        {
          header: t('plans.actions'),
          cell: (plan) =>
            onAsk &&
            plan.status === 'active' && (
              <Group gap="xs" wrap="nowrap">
                <Button size="compact-sm" variant="default" onClick={() => onAsk({ what: 'edit', plan })}>
                  {t('plans.edit')}
                </Button>
                <Button size="compact-sm" variant="default" onClick={() => onAsk({ what: 'archive', plan })}>
                  {t('plans.archive')}
                </Button>
              </Group>
            ),
        },
      ]}
    />
  );
}
