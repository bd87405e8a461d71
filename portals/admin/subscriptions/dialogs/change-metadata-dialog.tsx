import { Text, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../../shared/parts/intent-dialog.tsx';
import { useRefresh } from '../../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../../shared/rest/client.ts';
import type { SubscriptionDialogProps } from '../../../shared/subscription/dialog-props.ts';
import { metadataChangeOf, metadataText } from './metadata-text.ts';

/** The business's own notes of a subscription, a line for each. */
export function ChangeMetadataDialog({ subscription, onClose }: SubscriptionDialogProps): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [text, setText] = useState(metadataText(subscription.metadata));
  const metadata = metadataChangeOf(subscription.metadata, text);
  async function change(key: string): Promise<void> {
    const path = { subscription_id: subscription.subscription_id };
    const body = { metadata: metadata ?? {}, effective: 'now' as const, proration: 'next_invoice' as const };
    await answered(rest.PUT('/v1/subscriptions/{subscription_id}', { params: { path, ...keyed(key) }, body }));
    await refresh(t('metadata.done'));
  }
  return (
    <IntentDialog
      title={t('actions.change_metadata')}
      confirm={t('metadata.confirm')}
      disabled={metadata === null || Object.keys(metadata).length === 0}
      onConfirm={change}
      onClose={onClose}
    >
      <Textarea
        label={t('metadata.field')}
        description={t('metadata.fieldText')}
        error={metadata === null ? t('metadata.wrong') : undefined}
        autosize
        minRows={4}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Text size="sm" c="dimmed">
        {t('metadata.text')}
      </Text>
    </IntentDialog>
  );
}
