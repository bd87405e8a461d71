import '@mantine/core/styles/ColorSwatch.css';
import '@mantine/charts/styles.css';
import { SimpleGrid } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { majorText } from '../../shared/format/money.ts';
import { useFormat } from '../../shared/format/use-format.ts';
import { ChartFigure } from './chart-figure.tsx';
import type { SeriesDay } from './report-queries.ts';

/** Day by day; money in one currency, and nothing of it where there is none. */
export function Charts(props: { series: readonly SeriesDay[]; currency: string | null; isBusy: boolean }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { series, currency } = props;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl" mt="xl" aria-busy={props.isBusy}>
      {currency !== null && (
        <div className="whole-row">
          <ChartFigure
            title={t('home.chart.collected')}
            days={series.map(({ date, collected }) => ({ date, values: [amountIn(collected, currency)] }))}
            lines={[{ label: t('home.chart.collected'), color: 'indigo.6' }]}
            textOf={(amount) => format.money(amount, currency)}
            shortTextOf={(amount) => shortMoney(amount, currency, format.language)}
          />
        </div>
      )}
      <ChartFigure
        title={t('home.chart.failed')}
        days={series.map(({ date, failed_payments }) => ({ date, values: [failed_payments] }))}
        lines={[{ label: t('home.chart.failed'), color: 'red.7' }]}
        textOf={format.number}
      />
      <ChartFigure
        title={t('home.chart.subscriptions')}
        days={series.map((day) => ({ date: day.date, values: [day.new_subscriptions, day.ended_subscriptions] }))}
        lines={[
          { label: t('home.chart.new'), color: 'teal.7' },
          { label: t('home.chart.ended'), color: 'orange.7' },
        ]}
        textOf={format.number}
      />
    </SimpleGrid>
  );
}

function amountIn(collected: SeriesDay['collected'], currency: string): number {
  return collected.find((one) => one.currency === currency)?.amount ?? 0;
}

/** For an axis: `$1.2K`. */
function shortMoney(amountMinor: number, currency: string, language: string): string {
  const format = new Intl.NumberFormat(language, {
    ...({ style: 'currency', notation: 'compact', maximumFractionDigits: 1 } as const),
    currency,
  });
  return format.format(Number(majorText(amountMinor, currency)));
}
