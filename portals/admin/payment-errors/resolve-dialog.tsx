import { Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';

interface ResolveDialogProps {
  paymentId: string;
  attemptId: string;
  onClose: () => void;
}

/** No look-up found it: a person has looked at the provider and says what became of it. */
export function ResolveDialog({ paymentId, attemptId, onClose }: ResolveDialogProps): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [outcome, setOutcome] = useState<'succeeded' | 'failed'>('failed');
  const [chargeId, setChargeId] = useState('');
  const [reason, setReason] = useState('');
  async function resolve(key: string): Promise<void> {
    const params = { path: { payment_id: paymentId, attempt_id: attemptId }, ...keyed(key) };
    const charge = chargeId.trim();
    const body = { outcome, reason: reason.trim(), ...(charge === '' ? {} : { provider_charge_id: charge }) };
    await answered(rest.POST('/v1/admin/payments/{payment_id}/attempts/{attempt_id}/resolve', { params, body }));
    await refresh(t('resolve.done'));
  }
  return (
    <IntentDialog
      title={t('resolve.title')}
      confirm={t('resolve.confirm')}
      disabled={reason.trim() === ''}
      onConfirm={resolve}
      onClose={onClose}
    >
      <Radio.Group
        label={t('resolve.outcome')}
        value={outcome}
        onChange={(value) => setOutcome(value === 'succeeded' ? 'succeeded' : 'failed')}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="failed" label={t('resolve.failed')} />
          <Radio value="succeeded" label={t('resolve.succeeded')} />
        </Stack>
      </Radio.Group>
      <TextInput
        label={t('resolve.chargeId')}
        maxLength={200}
        value={chargeId}
        onChange={(event) => setChargeId(event.currentTarget.value)}
      />
      <Textarea
        label={t('resolve.reason')}
        required
        maxLength={500}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </IntentDialog>
  );
}
