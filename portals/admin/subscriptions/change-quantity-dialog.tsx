import { Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { PreviewPanel } from '../../shared/parts/preview-panel.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { SubscriptionDialogProps } from '../../shared/subscription/dialog-props.ts';

const typingMs = 300;

export function ChangeQuantityDialog({ subscription, onClose }: SubscriptionDialogProps): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const path = { subscription_id: subscription.subscription_id };
  const [text, setText] = useState(String(subscription.quantity));
  const [settled] = useDebouncedValue(text, typingMs);
  const quantity = Number(settled);
  const isOther = /^[1-9]\d{0,5}$/.test(settled) && quantity !== subscription.quantity;
  const body = { quantity, effective: 'now' as const, proration: 'invoice_now' as const };
  const preview = useQuery({
    queryKey: ['preview', path.subscription_id, 'quantity', settled, subscription.updated_at],
    queryFn: () => answered(rest.POST('/v1/subscriptions/{subscription_id}/preview', { params: { path }, body })),
    enabled: isOther,
  });
  async function change(key: string): Promise<void> {
    await answered(rest.PUT('/v1/subscriptions/{subscription_id}', { params: { path, ...keyed(key) }, body }));
    await refresh(t('quantity.done'));
  }
  return (
    <IntentDialog
      title={t('actions.change_quantity')}
      confirm={t('quantity.confirm')}
      disabled={!isOther || text !== settled || preview.data === undefined}
      onConfirm={change}
      onClose={onClose}
    >
      <TextInput
        label={t('quantity.field')}
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {isOther && <PreviewPanel query={preview} />}
      <Text size="sm" c="dimmed">
        {t('quantity.text')}
      </Text>
    </IntentDialog>
  );
}
