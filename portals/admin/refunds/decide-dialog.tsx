import { Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { LongText } from '../../shared/parts/long-text.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import { useWhoPays } from '../payments/use-who-pays.ts';
import type { Decision } from './decision.ts';

export function DecideDialog({ request, verdict, onClose }: Decision & { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const refresh = useRefresh();
  const name = useWhoPays(request.customer_id);
  const [text, setText] = useState('');
  const [message, setMessage] = useState('');
  const note = text.trim();
  async function decide(key: string): Promise<void> {
    const params = { path: { refund_request_id: request.refund_request_id }, ...keyed(key) };
    if (verdict === 'approve') {
      const body = note === '' ? {} : { note };
      await answered(rest.POST('/v1/admin/refund-requests/{refund_request_id}/approve', { params, body }));
    } else {
      const customer_message = message.trim();
      const body = customer_message === '' ? { note } : { note, customer_message };
      await answered(rest.POST('/v1/admin/refund-requests/{refund_request_id}/decline', { params, body }));
    }
    await refresh(t(`requests.${verdict}Done`));
  }
  return (
    <IntentDialog
      title={t(`requests.${verdict}Title`)}
      confirm={t(`requests.${verdict}`)}
      disabled={verdict === 'decline' && note === ''}
      danger={verdict === 'decline'}
      onConfirm={decide}
      onClose={onClose}
    >
      <Text size="sm">
        {t(`requests.${verdict}Text`, { amount: format.money(request.amount, request.currency), name })}
      </Text>
      <LongText
        label={t(verdict === 'decline' ? 'requests.noteWanted' : 'requests.note')}
        required={verdict === 'decline'}
        value={text}
        onChange={setText}
      />
      {verdict === 'decline' && <LongText label={t('requests.messageWanted')} value={message} onChange={setMessage} />}
    </IntentDialog>
  );
}
