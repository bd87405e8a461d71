import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { FieldList } from '../../shared/parts/field-list.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { RouterButton } from '../../shared/parts/router-parts.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import type { Customer } from '../../shared/rest/types.ts';
import { useMay } from '../../shared/session/session-context.tsx';
import { customerQuery } from '../names.tsx';
import { LatestPayments } from '../payment-errors/latest-payments.tsx';
import { CustomerDialog } from './customer-dialog.tsx';
import { CustomerMethods } from './customer-methods.tsx';
import { CustomerSubscriptions } from './customer-subscriptions.tsx';
import { PortalLinkDialog } from './portal-link-dialog.tsx';
import { SubscribeDialog } from './subscribe-dialog.tsx';

export function CustomerPage(): ReactNode {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const customer = useQuery(customerQuery(id));
  return (
    <Loaded query={customer} lines={10}>
      {(data) => <OneCustomer customer={data} />}
    </Loaded>
  );
}

function OneCustomer({ customer }: { customer: Customer }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <PageHeader
        title={customer.name ?? customer.email}
        text={
          <Group gap="xs">
            <StatusBadge status={customer.status} />
            <span className="break-anywhere">{customer.customer_id}</span>
          </Group>
        }
        actions={<CustomerActions customer={customer} />}
      />
      <Section title={t('customers.facts')}>
        <FieldList
          fields={[
            { label: t('customers.email'), value: customer.email },
            { label: t('customers.timezone'), value: customer.timezone },
            { label: t('customers.country'), value: customer.country },
            { label: t('frame.language'), value: customer.language ?? t('customers.languageOfBrowser') },
            { label: t('customers.since'), value: format.instant(customer.created_at) },
          ]}
        />
      </Section>
      <CustomerSubscriptions customerId={customer.customer_id} />
      <CustomerMethods customerId={customer.customer_id} />
      <LatestPayments of={{ customer_id: customer.customer_id }} />
    </>
  );
}

function CustomerActions({ customer }: { customer: Customer }): ReactNode {
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
      {asking === 'subscribe' && <SubscribeDialog customerId={customer.customer_id} onClose={close} />}
    </>
  );
}
