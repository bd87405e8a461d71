import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { Webhook } from './webhook-states.ts';

export function ReplayDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  async function replay(key: string): Promise<void> {
    const params = { path: { webhook_id: webhook.webhook_id }, ...keyed(key) };
    await answered(rest.POST('/v1/admin/webhooks/{webhook_id}/replay', { params, body: {} }));
    await refresh(t('webhooks.replayed'));
  }
  return (
    <IntentDialog title={t('webhooks.replayTitle')} confirm={t('webhooks.replay')} onConfirm={replay} onClose={onClose}>
      <Text size="sm">{t('webhooks.replayText')}</Text>
    </IntentDialog>
  );
}
