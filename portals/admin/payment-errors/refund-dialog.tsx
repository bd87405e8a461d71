import { Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { majorText, parseMoney } from '../../shared/format/money.ts';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { LongText } from '../../shared/parts/long-text.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { AdminPayment } from '../../shared/rest/types.ts';
import { useWhoPays } from '../payments/use-who-pays.ts';

export function RefundDialog({ payment, onClose }: { payment: AdminPayment; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refresh = useRefresh();
  const name = useWhoPays(payment.customer_id);
  const left = payment.amount - payment.amount_refunded;
  const [text, setText] = useState(majorText(left, payment.currency));
  const [note, setNote] = useState('');
  const amount = parseMoney(text, payment.currency);
  const isFine = amount !== null && amount > 0 && amount <= left;
  async function refund(key: string): Promise<void> {
    if (amount === null) return;
    const path = { payment_id: payment.payment_id };
    const body = { amount, ...(note.trim() === '' ? {} : { note: note.trim() }) };
    const made = await answered(
      rest.POST('/v1/payments/{payment_id}/refunds', { params: { path, ...keyed(key) }, body }),
    );
    await refresh(t(`refundDialog.${made.status}`));
  }
  return (
    <IntentDialog
      title={t('refundDialog.title')}
      confirm={t('refundDialog.confirm', { amount: isFine ? format.money(amount, payment.currency) : '' })}
      disabled={!isFine}
      danger
      onConfirm={refund}
      onClose={onClose}
    >
      <Text size="sm" className="break-anywhere">
        {t('refundDialog.text', { id: payment.payment_id, name })}
      </Text>
      <TextInput
        label={t('refundDialog.amount', { currency: payment.currency })}
        inputMode="decimal"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={isFine ? undefined : t('refundDialog.amountWrong', { most: format.money(left, payment.currency) })}
      />
      <LongText label={t('refundDialog.note')} value={note} onChange={setNote} />
    </IntentDialog>
  );
}
