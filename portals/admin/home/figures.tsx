import { Paper, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import type { Overview } from './report-queries.ts';

interface Figure {
  label: string;
  value: string;
  text: string;
}

/** Recurring revenue, subscriptions, churn and recovery, each with what it is made of. */
export function Figures({ overview, currency }: { overview: Overview; currency: string | null }): ReactNode {
  const figures = useFigures(overview, currency);
  return (
    <SimpleGrid component="dl" cols={{ base: 1, xs: 2, lg: 4 }} m={0}>
      {figures.map(({ label, value, text }) => (
        <Paper key={label} p="md">
          <Text component="dt" size="sm" fw={600} c="dimmed">
            {label}
          </Text>
          <Text component="dd" m={0} fz={26} fw={700} lh={1.3} className="figures break-anywhere">
            {value}
          </Text>
          <Text component="dd" m={0} size="sm" c="dimmed">
            {text}
          </Text>
        </Paper>
      ))}
    </SimpleGrid>
  );
}

function useFigures(overview: Overview, currency: string | null): Figure[] {
  const { t } = useTranslation();
  const format = useFormat();
  const percent = new Intl.NumberFormat(format.language, { style: 'percent', maximumFractionDigits: 1 });
  const rateText = (rate: number | null) => (rate === null ? '–' : percent.format(rate));
  const { subscriptions, mrr, churn, recovery } = overview;
  const { active, trialing, past_due, paused } = subscriptions;
  const own = mrr.find((one) => one.currency === currency);
  const numbers = {
    trialing: format.number(trialing),
    pastDue: format.number(past_due),
    paused: format.number(paused),
  };
  return [
    {
      label: t('home.mrr'),
      value: currency === null ? '–' : format.money(own?.amount ?? 0, currency),
      text: t('home.mrrText', { count: own?.subscriptions ?? 0 }),
    },
    { label: t('home.active'), value: format.number(active), text: t('home.activeText', numbers) },
    {
      label: t('home.churn'),
      value: rateText(churn.rate),
      text: t('home.churnText', { canceled: churn.canceled, count: churn.active_at_start, days: churn.days }),
    },
    {
      label: t('home.recovery'),
      value: rateText(recovery.rate),
      text: t('home.recoveryText', { recovered: recovery.recovered, count: recovery.failed, days: recovery.days }),
    },
  ];
}
