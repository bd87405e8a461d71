import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useFormat } from '../../../shared/format/use-format.ts';
import type { ForecastPeriod } from '../../../shared/rest/types.ts';

/** An invoice's total; where it is more than its period, the lines that make it so. */
export function PeriodAmount({ period, currency }: { period: ForecastPeriod | null; currency: string }): ReactNode {
  const format = useFormat();
  if (period === null) return '–';
  const { lines, total } = period;
  return (
    <>
      {format.money(total, currency)}
      {lines.length > 1 &&
        lines.map((line, index) => (
          <Text key={`${index} ${line.kind}`} size="xs" c="dimmed" className="figures">
            {line.description} {format.money(line.amount, currency)}
          </Text>
        ))}
    </>
  );
}
