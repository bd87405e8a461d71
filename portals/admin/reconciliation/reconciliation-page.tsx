import { Button, Group, NativeSelect, Paper, Text } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { ProblemPanel } from '../../shared/parts/problem-panel.tsx';
import { useMay, useSession } from '../../shared/session/session-context.tsx';
import { DateRange, instantsOf } from '../payments/date-range.tsx';
import { providerNames } from '../payments/provider-names.ts';
import { useFilters } from '../use-filters.ts';
import { ReconciliationResult } from './reconciliation-result.tsx';
import { type Asked, useReconciliation } from './use-reconciliation.ts';

const dayMs = 86_400_000;
const daysShown = 7;
const daysMax = 31;
const dayOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);

/** The provider's own list of charges beside our books. */
export function ReconciliationPage(): ReactNode {
  const { t } = useTranslation();
  const mayRead = useMay('reconciliation:read');
  const { result, isRunning, error, run } = useReconciliation();
  if (!mayRead) return <EmptyState title={t('actions.noPermission')} />;
  return (
    <>
      <PageHeader title={t('reconcile.title')} text={t('reconcile.text')} />
      <Paper mb="lg">
        <RangeForm isRunning={isRunning} onRun={run} />
      </Paper>
      <div aria-live="polite" aria-busy={isRunning}>
        {error !== null && <ProblemPanel error={error} />}
        {result !== null && <ReconciliationResult result={result} isRunning={isRunning} />}
      </div>
    </>
  );
}

/** Null where the interface would refuse it. */
function rangeOf(from: string, to: string): Pick<Asked, 'created_from' | 'created_to'> | null {
  const { created_from, created_to } = instantsOf(from, to);
  if (created_from === undefined || created_to === undefined) return null;
  const days = (Date.parse(created_to) - Date.parse(created_from)) / dayMs;
  return days > 0 && days <= daysMax ? { created_from, created_to } : null;
}

function RangeForm({ isRunning, onRun }: { isRunning: boolean; onRun: (asked: Asked) => void }): ReactNode {
  const { t } = useTranslation();
  const { tenant } = useSession();
  const [filters, change] = useFilters();
  const [now] = useState(Date.now);
  const offered = providerNames.filter((name) => name !== 'sandbox' || tenant.isSandbox);
  const provider = offered.find((one) => one === filters['provider']) ?? offered[0] ?? 'stripe';
  const { from = dayOf(now - (daysShown - 1) * dayMs), to = dayOf(now) } = filters;
  const range = rangeOf(from, to);
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (range !== null) onRun({ provider, ...range });
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label={t('area.provider')}
          value={provider}
          onChange={({ currentTarget }) => change({ provider: currentTarget.value })}
          data={offered.map((one) => ({ value: one, label: t(`providerName.${one}`) }))}
        />
        <DateRange from={from} to={to} onChange={change} />
        <Button type="submit" loading={isRunning} disabled={range === null}>
          {t('reconcile.run')}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt="xs">
        {t('reconcile.realTime')}
      </Text>
    </form>
  );
}
