import { Alert, Radio, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../../shared/parts/intent-dialog.tsx';
import { LongText } from '../../../shared/parts/long-text.tsx';
import { useRefresh } from '../../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../../shared/rest/client.ts';
import type { SubscriptionDialogProps } from '../../../shared/subscription/dialog-props.ts';

const actions = ['retry', 'skip', 'override'] as const;
type Action = (typeof actions)[number];

/** The way on for one that stands still: why stands in the audit. */
export function RepairDialog({ subscription, onClose }: SubscriptionDialogProps): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [action, setAction] = useState<Action>('retry');
  const [reason, setReason] = useState('');
  async function repair(key: string): Promise<void> {
    const path = { subscription_id: subscription.subscription_id };
    const body = { action, reason: reason.trim() };
    await answered(
      rest.POST('/v1/admin/subscriptions/{subscription_id}/repair', { params: { path, ...keyed(key) }, body }),
    );
    await refresh(t('repair.done'));
  }
  return (
    <IntentDialog
      title={t('repair.title')}
      confirm={t('repair.confirm')}
      danger={action !== 'retry'}
      disabled={reason.trim() === ''}
      onConfirm={repair}
      onClose={onClose}
    >
      <Radio.Group label={t('repair.how')} value={action} onChange={(value) => setAction(value as Action)}>
        <Stack gap="xs" mt="xs">
          {actions.map((one) => (
            <Radio key={one} value={one} label={t(`repair.${one}`)} description={t(`repair.${one}Text`)} />
          ))}
        </Stack>
      </Radio.Group>
      {action !== 'retry' && (
        <Alert color="orange" variant="light">
          {t('repair.warning')}
        </Alert>
      )}
      <LongText label={t('repair.reason')} required value={reason} onChange={setReason} />
    </IntentDialog>
  );
}
