import { Alert, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconDownload } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { downloadCsv } from '../../shared/format/csv.ts';
import { useFormat } from '../../shared/format/use-format.ts';
import { DataTable } from '../../shared/parts/data-table.tsx';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { Section } from '../../shared/parts/section.tsx';
import type { Reconciliation } from '../../shared/rest/types.ts';
import { differencesCsv, sumsCsv } from './as-csv.ts';
import { DifferencesTable } from './differences-table.tsx';

/** What agrees, in sums, and what does not, one by one; both can be taken along. */
export function ReconciliationResult({ result, isRunning }: { result: Reconciliation; isRunning: boolean }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { differences, covered_to, looked_up, in_flight } = result;
  return (
    <>
      <Alert
        mb="lg"
        variant="light"
        color={differences.length > 0 ? 'orange' : 'green'}
        icon={differences.length > 0 ? <IconAlertTriangle aria-hidden /> : <IconCircleCheck aria-hidden />}
        title={t('reconcile.found', { count: differences.length })}
      >
        <Text size="sm">
          {t(isRunning ? 'reconcile.going' : 'reconcile.covered', { to: format.exact(covered_to) })}
          {looked_up > 0 && ` ${t('reconcile.lookedUp', { count: looked_up })}`}
          {in_flight > 0 && ` ${t('reconcile.inFlight', { count: in_flight })}`}
        </Text>
      </Alert>
      <Section
        title={t('reconcile.sums')}
        actions={<CsvButton name={fileName(result, 'sums')} text={sumsCsv(result)} label={t('reconcile.sumsCsv')} />}
      >
        <SumsTable result={result} />
      </Section>
      <Section
        title={t('reconcile.differences')}
        actions={
          differences.length > 0 && (
            <CsvButton
              name={fileName(result, 'differences')}
              text={differencesCsv(result)}
              label={t('reconcile.differencesCsv')}
            />
          )
        }
      >
        {differences.length === 0 ? (
          <EmptyState title={t('reconcile.none')} text={t('reconcile.noneText')} />
        ) : (
          <DifferencesTable differences={differences} />
        )}
      </Section>
    </>
  );
}

function fileName({ provider, created_from, covered_to }: Reconciliation, what: string): string {
  return `${provider}-${what}-${created_from.slice(0, 10)}-${covered_to.slice(0, 10)}.csv`;
}

function CsvButton({ name, text, label }: { name: string; text: string; label: string }): ReactNode {
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconDownload size={16} aria-hidden />}
      onClick={() => downloadCsv(name, text)}
    >
      {label}
    </Button>
  );
}

function SumsTable({ result }: { result: Reconciliation }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  if (result.currencies.length === 0) return <EmptyState title={t('reconcile.nothing')} />;
  const rows = result.currencies.flatMap(({ currency, at_provider, with_us, matched }) => [
    { currency, side: 'atProvider' as const, ...at_provider },
    { currency, side: 'withUs' as const, ...with_us },
    { currency, side: 'matched' as const, ...matched },
  ]);
  return (
    <>
      <DataTable
        label={t('reconcile.sums')}
        rows={rows}
        keyOf={({ currency, side }) => `${currency} ${side}`}
        columns={[
          { header: t('reconcile.side'), cell: ({ side }) => t(`reconcile.sides.${side}`) },
          { header: t('reconcile.charges'), align: 'end', cell: ({ count }) => format.number(count) },
          {
            header: t('reconcile.amount'),
            align: 'end',
            cell: ({ amount, currency }) => format.money(amount, currency),
          },
          {
            header: t('reconcile.refunded'),
            align: 'end',
            cell: ({ refunded, currency }) => format.money(refunded, currency),
          },
        ]}
      />
      <Group mt="xs">
        <Text size="xs" c="dimmed">
          {t('reconcile.sumsText')}
        </Text>
      </Group>
    </>
  );
}
