import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import type { Customer } from '../../shared/rest/types.ts';
import { CustomerChoice } from '../customers/customer-choice.tsx';
import { type Found, findCustomers } from '../customers/find-customers.ts';
import { SubscribeDialog } from '../customers/subscribe-dialog.tsx';

/** Whom first, then to what. Names and e-mails may be those of several: then somebody chooses who is charged. */
export function SubscribeSomebodyDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [chosenId, setChosenId] = useState('');
  const [customer, setCustomer] = useState<Customer | null>(null);
  const several = found !== null && found.customers.length > 1 ? found : null;
  async function goOn(): Promise<false> {
    if (several === null) {
      const now = await findCustomers(text.trim(), 'active');
      setFound(now);
      if (now.customers.length === 1) setCustomer(now.customers[0] ?? null);
    } else {
      setCustomer(several.customers.find(({ customer_id }) => customer_id === chosenId) ?? null);
    }
    return false;
  }
  if (customer !== null) return <SubscribeDialog customer={customer} onClose={onClose} />;
  return (
    <IntentDialog
      title={t('subscriptions.subscribe')}
      confirm={t(several === null ? 'customerSearch.find' : 'customerSearch.choose')}
      disabled={several === null ? text.trim() === '' : chosenId === ''}
      onConfirm={goOn}
      onClose={onClose}
    >
      <TextInput
        label={t('subscriptions.whose')}
        required
        error={found?.customers.length === 0 ? t('customerSearch.nobody') : undefined}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setFound(null);
          setChosenId('');
        }}
      />
      {several !== null && <CustomerChoice found={several} value={chosenId} onChange={setChosenId} />}
    </IntentDialog>
  );
}
