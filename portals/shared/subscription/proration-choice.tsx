import { NativeSelect, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export const prorations = ['invoice_now', 'next_invoice', 'none'] as const;
export type Proration = (typeof prorations)[number];

/** How the difference for the rest of the period is settled, with what that means. */
export function ProrationChoice(props: { value: Proration; onChange: (value: Proration) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <div>
      <NativeSelect
        label={t('proration.field')}
        value={props.value}
        onChange={({ currentTarget }) => props.onChange(currentTarget.value as Proration)}
        data={prorations.map((one) => ({ value: one, label: t(`proration.${one}`) }))}
      />
      <Text size="sm" c="dimmed" mt={4}>
        {t(`proration.${props.value}Text`)}
      </Text>
    </div>
  );
}
