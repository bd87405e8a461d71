import { Button, Group, NativeSelect, Paper } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { CustomerSearch } from '../customers/customer-search.tsx';
import { everyPaymentStatus, PaymentsTable } from '../payment-errors/payments-table.tsx';
import { useFilters } from '../use-filters.ts';
import { DateRange, instantsOf } from './date-range.tsx';
import { providerNames } from './provider-names.ts';

const statuses = everyPaymentStatus.split(',');

/** Every payment there is: found by customer, by the provider's id of a charge, by state, provider and day. */
export function PaymentsPage(): ReactNode {
  const { t } = useTranslation();
  const [filters] = useFilters();
  const { status, customer_id, charge, from, to } = filters;
  const provider = providerNames.find((one) => one === filters['provider']);
  const filter = {
    status: statuses.find((one) => one === status) ?? everyPaymentStatus,
    ...{ customer_id, provider, provider_charge_id: charge },
    ...instantsOf(from, to),
  };
  return (
    <>
      <PageHeader title={t('payments.title')} text={t('area.paymentsText')} />
      <Paper>
        <FilterBar />
        <PaymentsTable
          label={t('payments.title')}
          filter={filter}
          withCustomer
          empty={<EmptyState title={t('area.noPayments')} text={t('area.noPaymentsText')} />}
        />
      </Paper>
    </>
  );
}

function FilterBar(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [{ status, provider, customer_id, charge, from, to }, change] = useFilters();
  function openOther(text: string): boolean {
    if (text.includes('@')) return false;
    if (text.startsWith('pay_')) void navigate({ to: `/payments/${text}` });
    else change({ charge: text });
    return true;
  }
  return (
    <Group align="flex-end" gap="sm" mb="md">
      <CustomerSearch
        customerId={customer_id}
        label={t('area.search')}
        hint={t('area.searchText')}
        onChange={(id) => change({ customer_id: id })}
        onOther={openOther}
      />
      <NativeSelect
        label={t('payments.status')}
        value={statuses.find((one) => one === status) ?? ''}
        onChange={({ currentTarget }) => change({ status: currentTarget.value })}
        data={[
          { value: '', label: t('area.everyStatus') },
          ...statuses.map((one) => ({ value: one, label: t(`status.${one}`) })),
        ]}
      />
      <NativeSelect
        label={t('area.provider')}
        value={providerNames.find((one) => one === provider) ?? ''}
        onChange={({ currentTarget }) => change({ provider: currentTarget.value })}
        data={[
          { value: '', label: t('area.everyProvider') },
          ...providerNames.map((one) => ({ value: one, label: t(`providerName.${one}`) })),
        ]}
      />
      <DateRange from={from ?? ''} to={to ?? ''} onChange={change} />
      {charge !== undefined && <DropCharge charge={charge} onDrop={() => change({ charge: '' })} />}
    </Group>
  );
}

function DropCharge({ charge, onDrop }: { charge: string; onDrop: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Button
      variant="light"
      maw="100%"
      rightSection={<IconX size={16} aria-hidden />}
      aria-label={t('area.dropCharge', { charge })}
      onClick={onDrop}
    >
      {charge}
    </Button>
  );
}
