import { Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SubscriptionDialogProps } from '../../../shared/subscription/dialog-props.ts';
import { type Proration, ProrationChoice } from '../../../shared/subscription/proration-choice.tsx';
import { ChangeTermsDialog } from './change-terms-dialog.tsx';

const typingMs = 300;

/** Moves the next billing date, and with it the day every later period begins on. */
export function ChangeDateDialog({ subscription, onClose }: SubscriptionDialogProps): ReactNode {
  const { t } = useTranslation();
  const before = subscription.end_date ?? '';
  const [date, setDate] = useState(before);
  const [settled] = useDebouncedValue(date, typingMs);
  const [proration, setProration] = useState<Proration>('next_invoice');
  const isOther = settled !== '' && settled !== before;
  return (
    <ChangeTermsDialog
      subscription={subscription}
      title={t('actions.change_date')}
      confirm={t('date.confirm')}
      done={t('date.done')}
      body={isOther ? { next_billing_date: settled, effective: 'now', proration } : null}
      isSettled={date === settled}
      onClose={onClose}
    >
      <Text size="sm">{t('date.text')}</Text>
      <TextInput
        type="date"
        label={t('date.field')}
        required
        value={date}
        onChange={(event) => setDate(event.currentTarget.value)}
      />
      <ProrationChoice value={proration} onChange={setProration} />
    </ChangeTermsDialog>
  );
}
