import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/format/use-format.ts';
import { IntentDialog } from '../shared/parts/intent-dialog.tsx';
import { notifyDone } from '../shared/parts/notices.ts';
import { answered, keyed, rest } from '../shared/rest/client.ts';
import type { PaymentInList } from '../shared/rest/types.ts';

export function PayNowDialog({ payment, onClose }: { payment: PaymentInList; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const amount = format.money(payment.amount, payment.currency);
  async function pay(key: string): Promise<void> {
    const path = { payment_id: payment.payment_id };
    await answered(rest.POST('/v1/payments/{payment_id}/retry', { params: { path, ...keyed(key) }, body: {} }));
    notifyDone(t('owed.started'));
    await client.invalidateQueries();
  }
  return (
    <IntentDialog title={t('owed.payNow')} confirm={t('owed.pay', { amount })} onConfirm={pay} onClose={onClose}>
      <Text size="sm">{t('owed.confirm', { amount })}</Text>
    </IntentDialog>
  );
}
