import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import type { AskedRefund } from '../../shared/rest/types.ts';
import { isUnderWay } from './use-asked-refunds.ts';

/** What became of what was asked for, in words. */
export function RefundState({ asked }: { asked: AskedRefund }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { status, refund, customer_message: reason } = asked;
  const amount = format.money(asked.amount, asked.currency);
  const date = format.date(refund?.settled_at ?? asked.decided_at ?? asked.created_at);
  function words(): string {
    if (status === 'open') return t('refund.open', { amount, date });
    if (status === 'declined')
      return reason === null ? t('refund.declined', { date }) : t('refund.declinedFor', { reason });
    if (isUnderWay(asked)) return t('refund.underWay', { amount });
    return refund?.status === 'succeeded' ? t('refund.done', { amount, date }) : t('refund.failed', { amount });
  }
  return (
    <Text size="sm" maw={340} className="break-anywhere">
      {words()}
    </Text>
  );
}
