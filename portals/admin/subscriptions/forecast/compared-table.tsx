import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../shared/format/use-format.ts';
import { DataTable } from '../../../shared/parts/data-table.tsx';
import { EmptyState } from '../../../shared/parts/empty-state.tsx';
import type { Supposition } from '../../../shared/rest/types.ts';
import { type ComparedRow, compareRows } from './compare-rows.ts';
import { PeriodAmount } from './period-amount.tsx';

/** As it stands, and as it would be: each invoice by its date, and what it makes in all. */
export function ComparedTable({ answer }: { answer: Supposition }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { currency, present, supposed, difference, compared_until } = answer;
  const rows = compareRows(answer);
  const amountOf = (row: ComparedRow, which: 'present' | 'supposed') =>
    row.dueAt === null ? (
      format.money(row[`${which}Minor`], currency)
    ) : (
      <PeriodAmount period={row[which]} currency={currency} />
    );
  return (
    <Stack gap="md">
      {rows.length === 0 ? (
        <EmptyState title={t('whatIf.nothing')} />
      ) : (
        <DataTable
          label={t('whatIf.compared')}
          rows={rows}
          keyOf={({ dueAt }) => dueAt ?? 'now'}
          columns={[
            { header: t('whatIf.due'), cell: ({ dueAt }) => (dueAt === null ? t('whatIf.now') : format.date(dueAt)) },
            { header: t('whatIf.present'), align: 'end', cell: (row) => amountOf(row, 'present') },
            { header: t('whatIf.supposed'), align: 'end', cell: (row) => amountOf(row, 'supposed') },
            {
              header: t('whatIf.difference'),
              align: 'end',
              cell: ({ presentMinor, supposedMinor }) => format.signedMoney(supposedMinor - presentMinor, currency),
            },
          ]}
        />
      )}
      <Group justify="space-between" gap="xs" role="status" aria-label={t('whatIf.sum')}>
        <Text size="sm">
          {t(compared_until === null ? 'whatIf.sumInAll' : 'whatIf.sumUntil', {
            before: format.money(present.total, currency),
            after: format.money(supposed.total, currency),
            date: compared_until === null ? '' : format.date(compared_until),
          })}
        </Text>
        <Text size="sm" fw={700} className="figures">
          {t('whatIf.sumDifference', { amount: format.signedMoney(difference, currency) })}
        </Text>
      </Group>
    </Stack>
  );
}
