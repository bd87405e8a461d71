import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { ZoneProvider } from '../../shared/format/zone.tsx';
import { FieldList } from '../../shared/parts/field-list.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import type { Customer } from '../../shared/rest/types.ts';
import { customerQuery } from '../names.tsx';
import { LatestPayments } from '../payment-errors/latest-payments.tsx';
import { CustomerActions } from './customer-actions.tsx';
import { CustomerMethods } from './customer-methods.tsx';
import { CustomerSubscriptions } from './customer-subscriptions.tsx';
import { ZoneNote } from './customers-zone.tsx';

export function CustomerPage(): ReactNode {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const customer = useQuery(customerQuery(id));
  return (
    <Loaded query={customer} lines={10}>
      {(data) => (
        <ZoneProvider zone={data.timezone}>
          <OneCustomer customer={data} />
        </ZoneProvider>
      )}
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
            <ZoneNote />
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
