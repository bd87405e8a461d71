import { Alert, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { notifyDone } from '../../shared/parts/notices.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import { asProblem } from '../../shared/rest/problem.ts';
import type { AdminPayment } from '../../shared/rest/types.ts';

/** Names the payment and warns: another charge may be made. Clicked by two at once it is one task. */
export function RetryDialog({ payment, onClose }: { payment: AdminPayment; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  async function run(key: string): Promise<void> {
    const path = { payment_id: payment.payment_id };
    const call = rest.POST('/v1/admin/payments/{payment_id}/retry', { params: { path, ...keyed(key) }, body: {} });
    try {
      const { task_id } = await answered(call);
      notifyDone(t('retry.requested', { task: task_id }));
    } catch (error) {
      // The request is kept and is carried out later, under the task it names.
      if (asProblem(error).code !== 'retry_deferred') throw error;
      notifyDone(t('retry.deferred'));
    }
    await client.invalidateQueries();
  }
  return (
    <IntentDialog title={t('retry.run')} confirm={t('retry.confirm')} onConfirm={run} onClose={onClose}>
      <Text size="sm" className="break-anywhere">
        {t('retry.text', { id: payment.payment_id, amount: format.money(payment.amount, payment.currency) })}
      </Text>
      <Alert color="orange" variant="light">
        {t('retry.warning')}
      </Alert>
    </IntentDialog>
  );
}
