import { Paper, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import type { ChangePreview } from '../rest/types.ts';
import { InvoiceLines } from './invoice-lines.tsx';
import { Loaded } from './loaded.tsx';

/** What a change will bill, as the platform itself has worked it out. */
export function PreviewPanel({ query }: { query: UseQueryResult<ChangePreview> }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Paper p="md" radius="md" aria-live="polite">
      <Loaded query={query}>
        {(preview) => (
          <Stack gap="xs">
            {preview.lines.length === 0 ? (
              <Text size="sm">{t('preview.nothing')}</Text>
            ) : (
              <InvoiceLines lines={preview.lines} total={preview.total} currency={preview.currency} />
            )}
            {preview.next_charge && (
              <Text size="sm" c="dimmed">
                {t('preview.next', {
                  date: format.date(preview.next_charge.at),
                  amount: format.money(preview.next_charge.amount, preview.currency),
                })}
              </Text>
            )}
          </Stack>
        )}
      </Loaded>
    </Paper>
  );
}
