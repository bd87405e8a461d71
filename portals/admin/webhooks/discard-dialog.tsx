import { Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { LongText } from '../../shared/parts/long-text.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { Webhook } from './webhook-states.ts';

export function DiscardDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [reason, setReason] = useState('');
  async function discard(key: string): Promise<void> {
    const params = { path: { webhook_id: webhook.webhook_id }, ...keyed(key) };
    const body = { reason: reason.trim() };
    await answered(rest.POST('/v1/admin/webhooks/{webhook_id}/discard', { params, body }));
    await refresh(t('webhooks.discarded'));
  }
  return (
    <IntentDialog
      title={t('webhooks.discardTitle')}
      confirm={t('webhooks.discard')}
      danger
      disabled={reason.trim() === ''}
      onConfirm={discard}
      onClose={onClose}
    >
      <Text size="sm">{t('webhooks.discardText')}</Text>
      <LongText label={t('webhooks.reason')} required value={reason} onChange={setReason} />
    </IntentDialog>
  );
}
