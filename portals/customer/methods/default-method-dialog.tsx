import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useMethodName } from '../../shared/parts/use-method-name.ts';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { PaymentMethod } from '../../shared/rest/types.ts';

/** Money may move: what is past due is tried at once with the new default. */
export function DefaultMethodDialog({ method, onClose }: { method: PaymentMethod; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const name = useMethodName()(method);
  const refresh = useRefresh();
  async function makeDefault(key: string): Promise<void> {
    const { customer_id, payment_method_id } = method;
    const params = { path: { customer_id, payment_method_id }, ...keyed(key) };
    const address = '/v1/customers/{customer_id}/payment-methods/{payment_method_id}/default';
    await answered(rest.POST(address, { params, body: {} }));
    await refresh(t('methods.defaultDone', { name }));
  }
  return (
    <IntentDialog
      title={t('methods.defaultTitle')}
      confirm={t('methods.makeDefault')}
      onConfirm={makeDefault}
      onClose={onClose}
    >
      <Text size="sm">{t('methods.defaultText', { name })}</Text>
    </IntentDialog>
  );
}
