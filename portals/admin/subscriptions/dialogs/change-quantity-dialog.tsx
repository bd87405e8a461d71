import { NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SubscriptionDialogProps } from '../../../shared/subscription/dialog-props.ts';
import { type Proration, ProrationChoice } from '../../../shared/subscription/proration-choice.tsx';
import { isQuantity } from '../../../shared/subscription/quantity.ts';
import { ChangeTermsDialog } from './change-terms-dialog.tsx';

const typingMs = 300;

export function ChangeQuantityDialog({ subscription, onClose }: SubscriptionDialogProps): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState(String(subscription.quantity));
  const [settled] = useDebouncedValue(text, typingMs);
  const [effective, setEffective] = useState<'now' | 'period_end'>('now');
  const [proration, setProration] = useState<Proration>('invoice_now');
  const isOther = isQuantity(settled) && Number(settled) !== subscription.quantity;
  const how = effective === 'now' ? { effective, proration } : { effective, proration: 'next_invoice' as const };
  return (
    <ChangeTermsDialog
      subscription={subscription}
      title={t('actions.change_quantity')}
      confirm={t('quantity.confirm')}
      done={t(effective === 'now' ? 'quantity.done' : 'quantity.planned')}
      body={isOther ? { quantity: Number(settled), ...how } : null}
      isSettled={text === settled}
      onClose={onClose}
    >
      <TextInput
        label={t('quantity.field')}
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <NativeSelect
        label={t('changePlan.when')}
        value={effective}
        onChange={({ currentTarget }) => setEffective(currentTarget.value as typeof effective)}
        data={[
          { value: 'now', label: t('changePlan.now') },
          { value: 'period_end', label: t('changePlan.periodEnd') },
        ]}
      />
      {effective === 'now' && <ProrationChoice value={proration} onChange={setProration} />}
    </ChangeTermsDialog>
  );
}
