import { Radio, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { LongText } from '../../shared/parts/long-text.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { RefundInList } from '../../shared/rest/types.ts';
import { useWhoPays } from '../payments/use-who-pays.ts';

type Action = 'retry' | 'reject';

/** A refund that only a person sets going again: the provider is asked again, or it is given up. */
export function RepairRefundDialog({ refund, onClose }: { refund: RefundInList; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refresh = useRefresh();
  const name = useWhoPays(refund.customer_id);
  const [action, setAction] = useState<Action>('retry');
  const [reason, setReason] = useState('');
  async function repair(key: string): Promise<void> {
    const params = { path: { refund_id: refund.refund_id }, ...keyed(key) };
    const body = { action, reason: reason.trim() };
    await answered(rest.POST('/v1/admin/refunds/{refund_id}/repair', { params, body }));
    await refresh(t('repairRefund.done'));
  }
  return (
    <IntentDialog
      title={t('repairRefund.title')}
      confirm={t('repairRefund.confirm')}
      danger={action === 'reject'}
      disabled={reason.trim() === ''}
      onConfirm={repair}
      onClose={onClose}
    >
      <Text size="sm">{t('repairRefund.text', { amount: format.money(refund.amount, refund.currency), name })}</Text>
      <Radio.Group
        label={t('repairRefund.how')}
        value={action}
        onChange={(value) => setAction(value === 'reject' ? 'reject' : 'retry')}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="retry" label={t('repairRefund.retry')} description={t('repairRefund.retryText')} />
          <Radio value="reject" label={t('repairRefund.reject')} description={t('repairRefund.rejectText')} />
        </Stack>
      </Radio.Group>
      <LongText label={t('resolve.reason')} required value={reason} onChange={setReason} />
    </IntentDialog>
  );
}
