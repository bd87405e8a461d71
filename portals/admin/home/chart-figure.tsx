import { BarChart } from '@mantine/charts';
import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { DataTable } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';

interface Day {
  date: string;
  /** One per line, in their order. */
  values: readonly number[];
}

interface Line {
  label: string;
  color: string;
}

interface ChartFigureProps {
  title: string;
  days: readonly Day[];
  lines: readonly Line[];
  textOf: (value: number) => string;
  /** For the axis, where it differs. */
  shortTextOf?: (value: number) => string;
}

const chartHeight = 200;

/** A chart for the eye, what it says in a sentence for everybody, and its numbers as a table for whoever wants them. */
export function ChartFigure(props: ChartFigureProps): ReactNode {
  const { t } = useTranslation();
  const id = useId();
  const [isTable, setTable] = useState(false);
  const isEmpty = props.days.every(({ values }) => values.every((value) => value === 0));
  return (
    <Stack component="figure" aria-labelledby={id} m={0} gap="xs">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={3} id={id} fz="md">
          {props.title}
        </Title>
        {!isEmpty && (
          <Button
            size="compact-xs"
            variant="default"
            className="keep-width"
            aria-pressed={isTable}
            onClick={() => setTable(!isTable)}
          >
            {t('home.chart.table')}
          </Button>
        )}
      </Group>
      {isEmpty ? (
        <EmptyState title={t('home.chart.none')} />
      ) : (
        <>
          <Summary {...props} />
          {isTable ? <Numbers {...props} /> : <Bars {...props} />}
        </>
      )}
    </Stack>
  );
}

function Summary({ days, lines, textOf }: ChartFigureProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const sentences = lines.map(({ label }, line) => {
    const total = days.reduce((sum, { values }) => sum + (values[line] ?? 0), 0);
    const best = days.reduce((most, day) => ((day.values[line] ?? 0) > (most.values[line] ?? 0) ? day : most));
    const most = { most: textOf(best.values[line] ?? 0), date: format.day(best.date) };
    if (total === 0) return t('home.chart.sumNone', { label });
    return t('home.chart.sum', { label, total: textOf(total), ...most });
  });
  return (
    <Text size="sm" c="dimmed" component="figcaption">
      {sentences.join(' ')}
    </Text>
  );
}

function Bars({ days, lines, textOf, shortTextOf = textOf }: ChartFigureProps): ReactNode {
  const { language } = useFormat();
  const dayFormat = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const data = days.map(({ date, values }) => ({
    ...Object.fromEntries(values.map((value, line) => [`line${line}`, value])),
    date: dayFormat.format(new Date(`${date}T00:00:00Z`)),
  }));
  return (
    <div aria-hidden="true">
      <BarChart
        h={chartHeight}
        data={data}
        dataKey="date"
        series={lines.map(({ label, color }, line) => ({ name: `line${line}`, label, color }))}
        withLegend={lines.length > 1}
        valueFormatter={textOf}
        yAxisProps={{ tickFormatter: shortTextOf, allowDecimals: false, width: 64 }}
        xAxisProps={{ minTickGap: 24 }}
        barProps={{ isAnimationActive: false }}
        // What is hidden from screen readers must not take the keyboard's focus either.
        barChartProps={{ accessibilityLayer: false }}
      />
    </div>
  );
}

/** Days on which nothing happened are left out. */
function Numbers({ title, days, lines, textOf }: ChartFigureProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <DataTable
      label={title}
      rows={days.filter(({ values }) => values.some((value) => value !== 0)).toReversed()}
      keyOf={({ date }) => date}
      columns={[
        { header: t('home.chart.day'), cell: ({ date }) => format.day(date) },
        ...lines.map(({ label }, line) => ({
          ...{ header: label, align: 'end' as const },
          cell: ({ values }: Day) => textOf(values[line] ?? 0),
        })),
      ]}
    />
  );
}
