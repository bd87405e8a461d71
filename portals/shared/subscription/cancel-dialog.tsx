import { Radio, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { IntentDialog } from '../parts/intent-dialog.tsx';
import { LongText } from '../parts/long-text.tsx';
import { useRefresh } from '../parts/use-refresh.ts';
import { answered, keyed, rest } from '../rest/client.ts';
import type { SubscriptionDialogProps } from './dialog-props.ts';

/** With no period to end, there is only now. */
export function CancelDialog({ subscription, planName, consequences, onClose }: SubscriptionDialogProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refresh = useRefresh();
  const canWait = subscription.status === 'active' || subscription.status === 'trialing';
  const [at, setAt] = useState<'now' | 'period_end'>(canWait ? 'period_end' : 'now');
  const [reason, setReason] = useState('');
  async function cancel(key: string): Promise<void> {
    const path = { subscription_id: subscription.subscription_id };
    const body = { at, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) };
    await answered(rest.DELETE('/v1/subscriptions/{subscription_id}', { params: { path, ...keyed(key) }, body }));
    await refresh(t(at === 'now' ? 'cancel.done' : 'cancel.planned'));
  }
  return (
    <IntentDialog
      title={t('cancel.title', { plan: planName })}
      confirm={t('cancel.confirm')}
      danger
      onConfirm={cancel}
      onClose={onClose}
    >
      {canWait ? (
        <Radio.Group
          label={t('cancel.when')}
          value={at}
          onChange={(value) => setAt(value === 'now' ? 'now' : 'period_end')}
        >
          <Stack gap="xs" mt="xs">
            <Radio
              value="period_end"
              label={t('cancel.periodEnd')}
              description={
                subscription.end_date === null
                  ? undefined
                  : t('cancel.until', { date: format.day(subscription.end_date) })
              }
            />
            <Radio value="now" label={t('cancel.now')} description={t('cancel.nowText')} />
          </Stack>
        </Radio.Group>
      ) : (
        <Text size="sm">{t('cancel.onlyNow')}</Text>
      )}
      {consequences?.({ cancel: { at } })}
      <LongText label={t('cancel.reason')} value={reason} onChange={setReason} />
    </IntentDialog>
  );
}
