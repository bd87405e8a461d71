import { Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { startOfDay } from '../format/start-of-day.ts';
import { useZone } from '../format/zone.tsx';
import { IntentDialog } from '../parts/intent-dialog.tsx';
import { useRefresh } from '../parts/use-refresh.ts';
import { answered, keyed, rest } from '../rest/client.ts';
import type { SubscriptionDialogProps } from './dialog-props.ts';

export function PauseDialog({ subscription, planName, consequences, onClose }: SubscriptionDialogProps): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const zone = useZone();
  const [until, setUntil] = useState('');
  const body = until === '' ? {} : { resumes_at: startOfDay(until, zone) };
  async function pause(key: string): Promise<void> {
    const path = { subscription_id: subscription.subscription_id };
    await answered(rest.POST('/v1/subscriptions/{subscription_id}/pause', { params: { path, ...keyed(key) }, body }));
    await refresh(t('pause.done'));
  }
  return (
    <IntentDialog
      title={t('pause.title', { plan: planName })}
      confirm={t('pause.confirm')}
      onConfirm={pause}
      onClose={onClose}
    >
      <Text size="sm">{t('pause.text')}</Text>
      <TextInput
        type="date"
        label={t('pause.until')}
        description={t('pause.untilText')}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      {consequences?.({ pause: body })}
    </IntentDialog>
  );
}
