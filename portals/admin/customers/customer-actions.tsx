import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterButton } from '../../shared/parts/router-parts.tsx';
import type { Customer } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { CustomerDialog } from './customer-dialog.tsx';
import { PortalLinkDialog } from './portal-link-dialog.tsx';
import { SubscribeDialog } from './subscribe-dialog.tsx';

/** What can be done about a customer, by what the role may. */
export function CustomerActions({ customer }: { customer: Customer }): ReactNode {
  const { t } = useTranslation();
  const mayEdit = useMay('customers:write');
  const maySubscribe = useMay('subscriptions:write');
  const mayBill = useMay('invoices:write');
  const mayLink = useMay('portal_sessions:write');
  const [asking, setAsking] = useState<'edit' | 'subscribe' | 'link' | null>(null);
  const close = () => setAsking(null);
  return (
    <>
      {maySubscribe && customer.status === 'active' && (
        <Button onClick={() => setAsking('subscribe')}>{t('customers.subscribe')}</Button>
      )}
      {mayEdit && (
        <Button variant="default" onClick={() => setAsking('edit')}>
          {t('customers.edit')}
        </Button>
      )}
      {mayLink && customer.status === 'active' && (
        <Button variant="default" onClick={() => setAsking('link')}>
          {t('portalLink.title')}
        </Button>
      )}
      {mayBill && customer.status === 'active' && (
        <RouterButton to="/invoices/new" search={{ customer_id: customer.customer_id } as never} variant="default">
          {t('manualInvoice.new')}
        </RouterButton>
      )}
      {asking === 'link' && <PortalLinkDialog customerId={customer.customer_id} onClose={close} />}
      {asking === 'edit' && <CustomerDialog customer={customer} onClose={close} />}
      {asking === 'subscribe' && <SubscribeDialog customer={customer} onClose={close} />}
    </>
  );
}
