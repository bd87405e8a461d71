import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../parts/intent-dialog.tsx';
import { useRefresh } from '../parts/use-refresh.ts';
import { answered, keyed, rest } from '../rest/client.ts';
import type { SubscriptionDialogProps } from './dialog-props.ts';

export function UncancelDialog({ subscription, planName, consequences, onClose }: SubscriptionDialogProps): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  async function uncancel(key: string): Promise<void> {
    const path = { subscription_id: subscription.subscription_id };
    await answered(
      rest.POST('/v1/subscriptions/{subscription_id}/uncancel', { params: { path, ...keyed(key) }, body: {} }),
    );
    await refresh(t('uncancel.done'));
  }
  return (
    <IntentDialog title={t('uncancel.title')} confirm={t('uncancel.confirm')} onConfirm={uncancel} onClose={onClose}>
      <Text size="sm">{t('uncancel.text', { plan: planName })}</Text>
      {consequences?.({ uncancel: {} })}
    </IntentDialog>
  );
}
