import { Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { majorText, parseMoney } from '../../shared/format/money.ts';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { LongText } from '../../shared/parts/long-text.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { PaymentInList } from '../../shared/rest/types.ts';

export function RefundRequestDialog({ payment, onClose }: { payment: PaymentInList; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refresh = useRefresh();
  const left = payment.amount - payment.amount_refunded;
  const [text, setText] = useState(majorText(left, payment.currency));
  const [reason, setReason] = useState('');
  const amount = parseMoney(text, payment.currency);
  const isAmountFine = amount !== null && amount > 0 && amount <= left;
  async function ask(key: string): Promise<void> {
    if (amount === null) return;
    const path = { payment_id: payment.payment_id };
    const body = { amount, reason: reason.trim() };
    await answered(rest.POST('/v1/payments/{payment_id}/refund-requests', { params: { path, ...keyed(key) }, body }));
    await refresh(t('refund.asked'));
  }
  return (
    <IntentDialog
      title={t('refund.title')}
      confirm={t('refund.send')}
      disabled={!isAmountFine || reason.trim() === ''}
      onConfirm={ask}
      onClose={onClose}
    >
      <Text size="sm">{t('refund.text', { amount: format.money(payment.amount, payment.currency) })}</Text>
      <TextInput
        label={t('refund.amount', { currency: payment.currency })}
        inputMode="decimal"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={isAmountFine ? undefined : t('refund.amountWrong', { most: format.money(left, payment.currency) })}
      />
      <LongText label={t('refund.reason')} required value={reason} onChange={setReason} />
    </IntentDialog>
  );
}
