import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { everyPlanQuery } from '../../shared/rest/plan-queries.ts';
import { useSession } from '../../shared/session/session-context.tsx';
import { CustomerSearch } from '../customers/customer-search.tsx';
import { type Filters, parkedFilter } from './list-filters.ts';

const statuses = [
  ...['active', 'trialing', 'past_due', 'paused', 'scheduled', 'incomplete', 'payment_failed', 'canceled', 'expired'],
] as const;

export function FilterBar(props: { filters: Filters; onChange: (changed: Record<string, string>) => void }): ReactNode {
  const { t } = useTranslation();
  const { filters, onChange } = props;
  const { isSandbox } = useSession().tenant;
  const navigate = useNavigate();
  function openOther(text: string): boolean {
    if (!text.startsWith('sub_') || text.includes('@')) return false;
    void navigate({ to: `/subscriptions/${text}` });
    return true;
  }
  return (
    <Group align="flex-end" gap="sm" mb="md">
      <CustomerSearch
        customerId={filters['customer_id']}
        label={t('subscriptions.search')}
        hint={t('subscriptions.searchText')}
        onChange={(id) => onChange({ customer_id: id })}
        onOther={openOther}
      />
      <NativeSelect
        label={t('subscriptions.status')}
        value={filters['status'] ?? ''}
        onChange={({ currentTarget }) => onChange({ status: currentTarget.value })}
        data={[
          { value: '', label: t('subscriptions.everyStatus') },
          ...statuses.map((status) => ({ value: status, label: t(`status.${status}`) })),
          { value: parkedFilter, label: t('subscriptions.parked') },
        ]}
      />
      <PlanFilter {...props} />
      <DateFilter name="next_from" label={t('subscriptions.nextFrom')} {...props} />
      <DateFilter name="next_to" label={t('subscriptions.nextTo')} {...props} />
      {isSandbox && (
        <NativeSelect
          label={t('subscriptions.clock')}
          value={filters['clock'] ?? ''}
          onChange={({ currentTarget }) => onChange({ clock: currentTarget.value })}
          data={[
            { value: '', label: t('subscriptions.anyClock') },
            { value: 'virtual', label: t('subscriptions.onClock') },
            { value: 'real', label: t('subscriptions.offClock') },
          ]}
        />
      )}
    </Group>
  );
}

function PlanFilter({ filters, onChange }: Parameters<typeof FilterBar>[0]): ReactNode {
  const { t } = useTranslation();
  const plans = useQuery(everyPlanQuery());
  return (
    <NativeSelect
      label={t('subscriptions.plan')}
      value={filters['plan_id'] ?? ''}
      onChange={({ currentTarget }) => onChange({ plan_id: currentTarget.value })}
      data={[
        { value: '', label: t('subscriptions.everyPlan') },
        ...(plans.data ?? []).map(({ plan_id, name }) => ({ value: plan_id, label: name })),
      ]}
    />
  );
}

function DateFilter(props: {
  name: 'next_from' | 'next_to';
  label: string;
  filters: Filters;
  onChange: (changed: Record<string, string>) => void;
}): ReactNode {
  const { name, filters, onChange } = props;
  return (
    <TextInput
      type="date"
      label={props.label}
      value={filters[name] ?? ''}
      onChange={({ currentTarget }) => onChange({ [name]: currentTarget.value })}
    />
  );
}
