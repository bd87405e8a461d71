import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { SubscribeDialog } from '../customers/subscribe-dialog.tsx';

/** Whom first, then to what. */
export function SubscribeSomebodyDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const [isUnknown, setUnknown] = useState(false);
  const [customerId, setCustomerId] = useState<string | null>(null);
  async function find(): Promise<false> {
    const found = await answered(rest.GET('/v1/customers', { params: { query: { email: email.trim(), limit: 1 } } }));
    const [customer] = found.data;
    setUnknown(customer === undefined);
    if (customer) setCustomerId(customer.customer_id);
    return false;
  }
  if (customerId !== null) return <SubscribeDialog customerId={customerId} onClose={onClose} />;
  return (
    <IntentDialog
      title={t('subscriptions.subscribe')}
      confirm={t('customerSearch.find')}
      disabled={email.trim() === ''}
      onConfirm={find}
      onClose={onClose}
    >
      <TextInput
        type="email"
        label={t('subscriptions.whose')}
        required
        error={isUnknown ? t('customerSearch.nobody') : undefined}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
    </IntentDialog>
  );
}
