import { Group, NativeSelect, SegmentedControl, Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { Figures } from './figures.tsx';
import { type Overview, type Period, periods } from './report-queries.ts';

/** The library of charts is as large as all the rest of this page, and nobody waits for it. */
const Charts = lazy(async () => ({ default: (await import('./charts.tsx')).Charts }));
const chartsHeight = 620;

export function OverviewSection(props: {
  query: UseQueryResult<Overview>;
  period: Period;
  onPeriod: (period: Period) => void;
}): ReactNode {
  const { t } = useTranslation();
  const { query, period, onPeriod } = props;
  const [chosen, setChosen] = useState<string | null>(null);
  const currencies = query.data === undefined ? [] : currenciesOf(query.data);
  const currency = currencies.find((one) => one === chosen) ?? currencies[0] ?? null;
  return (
    <Section
      title={t('home.figures')}
      actions={
        <Group gap="sm">
          {currencies.length > 1 && currency !== null && (
            <NativeSelect
              aria-label={t('home.currency')}
              value={currency}
              data={currencies}
              onChange={({ currentTarget }) => setChosen(currentTarget.value)}
            />
          )}
          <SegmentedControl
            aria-label={t('home.period')}
            value={period}
            onChange={(value) => onPeriod(value as Period)}
            data={periods.map((value) => ({ value, label: t('home.days', { count: Number(value) }) }))}
          />
        </Group>
      }
    >
      <Loaded query={query} lines={6}>
        {(overview) => (
          <>
            <Figures overview={overview} currency={currency} />
            <Suspense fallback={<Skeleton height={chartsHeight} mt="lg" radius="md" />}>
              <Charts series={overview.series} currency={currency} isBusy={query.isPlaceholderData} />
            </Suspense>
          </>
        )}
      </Loaded>
    </Section>
  );
}

/** What recurs most comes first. */
function currenciesOf({ mrr, series }: Overview): string[] {
  const recurring = mrr.toSorted((a, b) => b.subscriptions - a.subscriptions).map(({ currency }) => currency);
  return [...new Set([...recurring, ...series.flatMap(({ collected }) => collected.map(({ currency }) => currency))])];
}
