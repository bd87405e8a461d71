import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { type DraftLine, emptyLine, isCurrency, readLine, totalOf } from './draft-lines.ts';

const linesMax = 100;

/** What is billed: a text, the price of one, how many. */
export function LinesEditor(props: {
  lines: readonly DraftLine[];
  currency: string;
  onChange: (lines: DraftLine[]) => void;
}): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { lines, currency, onChange } = props;
  const read = lines.flatMap((line) => readLine(line, currency) ?? []);
  const nextKey = Math.max(0, ...lines.map(({ key }) => key)) + 1;
  return (
    <Stack gap="sm">
      {lines.map((line, index) => (
        <LineFields
          key={line.key}
          line={line}
          number={index + 1}
          onChange={(changed) => onChange(lines.map((one) => (one.key === line.key ? { ...one, ...changed } : one)))}
          onRemove={lines.length > 1 ? () => onChange(lines.filter(({ key }) => key !== line.key)) : undefined}
        />
      ))}
      <Group justify="space-between">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={lines.length >= linesMax}
          onClick={() => onChange([...lines, emptyLine(nextKey)])}
        >
          {t('manualInvoice.addLine')}
        </Button>
        <Text fw={700} className="figures" role="status">
          {t('manualInvoice.total', { total: isCurrency(currency) ? format.money(totalOf(read), currency) : '–' })}
        </Text>
      </Group>
    </Stack>
  );
}

function LineFields(props: {
  line: DraftLine;
  number: number;
  onChange: (changed: Partial<DraftLine>) => void;
  onRemove: (() => void) | undefined;
}): ReactNode {
  const { t } = useTranslation();
  const { line, number, onChange, onRemove } = props;
  return (
    <Group
      component="fieldset"
      className="line"
      align="flex-end"
      gap="sm"
      aria-label={t('manualInvoice.line', { number })}
    >
      <TextInput
        className="line-text"
        label={t('manualInvoice.description')}
        required
        maxLength={500}
        value={line.description}
        onChange={({ currentTarget }) => onChange({ description: currentTarget.value })}
      />
      <TextInput
        w={120}
        label={t('manualInvoice.amount')}
        required
        inputMode="decimal"
        value={line.amount}
        onChange={({ currentTarget }) => onChange({ amount: currentTarget.value })}
      />
      <TextInput
        w={90}
        label={t('manualInvoice.quantity')}
        required
        inputMode="numeric"
        value={line.quantity}
        onChange={({ currentTarget }) => onChange({ quantity: currentTarget.value })}
      />
      <Button
        variant="default"
        px="xs"
        disabled={onRemove === undefined}
        aria-label={t('manualInvoice.removeLine', { number })}
        onClick={onRemove}
      >
        <IconTrash size={18} aria-hidden />
      </Button>
    </Group>
  );
}
