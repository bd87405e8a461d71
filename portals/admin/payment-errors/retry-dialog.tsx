import { Alert, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { notifyDone } from '../../shared/parts/notices.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import { asProblem } from '../../shared/rest/problem.ts';
import type { AdminPayment } from '../../shared/rest/types.ts';
import { useWhoPays } from '../payments/use-who-pays.ts';

interface RetryDialogProps {
  payment: AdminPayment;
  /** Told the task, once everything shown was read anew. */
  onRequested?: (taskId: string) => void;
  onClose: () => void;
}

/** Names the payment and warns: another charge may be made. Clicked by two at once it is one task. */
export function RetryDialog({ payment, onRequested, onClose }: RetryDialogProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const name = useWhoPays(payment.customer_id);
  const [reason, setReason] = useState<string | null>(null);
  async function run(key: string): Promise<void> {
    const path = { payment_id: payment.payment_id };
    const call = rest.POST('/v1/admin/payments/{payment_id}/retry', { params: { path, ...keyed(key) }, body: {} });
    let task: string;
    try {
      task = (await answered(call)).task_id;
      notifyDone(t('retry.requested', { task }));
    } catch (error) {
      const { code, message, details } = asProblem(error);
      if (code === 'invalid_state') setReason(message);
      // The request is kept and is carried out later, under the task it names.
      if (code !== 'retry_deferred') throw error;
      task = String(details['task_id']);
      notifyDone(t('retry.deferred', { task }));
    }
    await client.invalidateQueries();
    onRequested?.(task);
  }
  return (
    <IntentDialog title={t('retry.run')} confirm={t('retry.confirm')} onConfirm={run} onClose={onClose}>
      <Text size="sm" className="break-anywhere">
        {t('retry.text', { id: payment.payment_id, amount: format.money(payment.amount, payment.currency), name })}
      </Text>
      <Alert color="orange" variant="light">
        {t('retry.warning')}
      </Alert>
      {reason !== null && <Text size="sm">{t('retry.notPossible', { reason })}</Text>}
    </IntentDialog>
  );
}
