import { Paper, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import type { Plan } from '../../shared/rest/types.ts';
import { isQuantity, quantityMax } from '../../shared/subscription/quantity.ts';

/** Kept in the address, so that it outlives the way to a provider's page. Null while what is typed is none. */
export function useQuantity(plan: Plan | undefined) {
  const { quantity: asked = 1 } = useSearch({ strict: false }) as { quantity?: number };
  const navigate = useNavigate();
  const [text, setText] = useState(String(asked));
  const isCounted = plan?.pricing_model === 'per_unit';
  function change(typed: string): void {
    setText(typed);
    if (!isQuantity(typed)) return;
    const search = ((kept: object) => ({ ...kept, quantity: Number(typed) })) as never;
    void navigate({ to: '/subscribe', search, replace: true });
  }
  const counted = isQuantity(text) ? Number(text) : null;
  return { isCounted, text, change, quantity: isCounted ? counted : 1 };
}

export function QuantityField(props: { text: string; onChange: (text: string) => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Paper>
      <TextInput
        label={t('subscribe.quantity')}
        inputMode="numeric"
        maw={200}
        value={props.text}
        onChange={({ currentTarget }) => props.onChange(currentTarget.value)}
        error={isQuantity(props.text) ? undefined : t('subscribe.quantityWrong', { most: format.number(quantityMax) })}
      />
    </Paper>
  );
}
