import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import type { InvoiceLine } from '../rest/types.ts';

/** Lines and their sum, as an invoice or a preview has them. */
export function InvoiceLines(props: { lines: readonly InvoiceLine[]; total: number; currency: string }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Stack gap={6}>
      {props.lines.map((line, index) => (
        <Group key={`${index} ${line.kind}`} justify="space-between" wrap="nowrap" align="flex-start" gap="md">
          <Text size="sm" className="break-anywhere">
            {line.quantity > 1 ? `${line.description} × ${format.number(line.quantity)}` : line.description}
          </Text>
          <Text size="sm" className="figures">
            {format.money(line.amount, props.currency)}
          </Text>
        </Group>
      ))}
      <Group justify="space-between" pt={6} bd="1px 0 0 0">
        <Text size="sm" fw={700}>
          {t('parts.total')}
        </Text>
        <Text size="sm" fw={700} className="figures">
          {format.money(props.total, props.currency)}
        </Text>
      </Group>
    </Stack>
  );
}
