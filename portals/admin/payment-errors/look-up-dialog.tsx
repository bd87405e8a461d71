import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import { useWhoPays } from '../payments/use-who-pays.ts';
import type { AskedAttempt } from './asked-attempt.ts';

/** Asks the provider before the next look-up would. What it answers may complete the payment. */
export function LookUpDialog({ attempt, onClose }: { attempt: AskedAttempt; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refresh = useRefresh();
  const name = useWhoPays(attempt.customer_id);
  async function ask(key: string): Promise<void> {
    const path = { payment_id: attempt.payment_id, attempt_id: attempt.attempt_id };
    const params = { path, ...keyed(key) };
    await answered(rest.POST('/v1/admin/payments/{payment_id}/attempts/{attempt_id}/look-up', { params, body: {} }));
    await refresh(t('lookUp.done'));
  }
  return (
    <IntentDialog title={t('lookUp.title')} confirm={t('lookUp.confirm')} onConfirm={ask} onClose={onClose}>
      <Text size="sm">{t('lookUp.text', { amount: format.money(attempt.amount, attempt.currency), name })}</Text>
      <Text size="sm" c="dimmed">
        {t('lookUp.after')}
      </Text>
    </IntentDialog>
  );
}
