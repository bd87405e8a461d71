import { Radio, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/format/use-format.ts';
import { IntentDialog } from '../shared/parts/intent-dialog.tsx';
import { notifyDone } from '../shared/parts/notices.ts';
import { useMethodName } from '../shared/parts/use-method-name.ts';
import { answered, keyed, rest } from '../shared/rest/client.ts';
import type { PaymentInList } from '../shared/rest/types.ts';
import { useMethods } from './queries.ts';

interface PayNowDialogProps {
  subscriptionId: string;
  payment: PaymentInList;
  onClose: () => void;
}

/** Charges what is due at once, by the subscription's own method unless another is chosen. */
export function PayNowDialog({ subscriptionId, payment, onClose }: PayNowDialogProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const methodName = useMethodName();
  const methods = useMethods().data ?? [];
  const [methodId, setMethodId] = useState<string | null>(null);
  const amount = format.money(payment.amount, payment.currency);
  async function pay(key: string): Promise<void> {
    const due = { subscription_id: subscriptionId, amount: payment.amount, reason: 'manual_retry' } as const;
    const body = { ...due, ...(methodId === null ? {} : { payment_method_id: methodId }) };
    await answered(rest.POST('/v1/payments', { params: keyed(key), body }));
    notifyDone(t('owed.started'));
    await client.invalidateQueries();
  }
  return (
    <IntentDialog title={t('owed.payNow')} confirm={t('owed.pay', { amount })} onConfirm={pay} onClose={onClose}>
      <Text size="sm">{t('owed.confirm', { amount })}</Text>
      {methods.length > 1 && (
        <Radio.Group label={t('owed.method')} value={methodId ?? ''} onChange={(id) => setMethodId(id || null)}>
          <Stack gap="xs" mt="xs">
            <Radio value="" label={t('owed.usual')} />
            {methods.map((method) => (
              <Radio key={method.payment_method_id} value={method.payment_method_id} label={methodName(method)} />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </IntentDialog>
  );
}
