import { Group, Paper } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../shared/parts/empty-state.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { ChoiceFilter } from '../choice-filter.tsx';
import { CustomerSearch } from '../customers/customer-search.tsx';
import { DropFilter } from '../drop-filter.tsx';
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
  function openPayment(text: string): boolean {
    if (!text.startsWith('pay_') || text.includes('@')) return false;
    void navigate({ to: `/payments/${text}` });
    return true;
  }
  /** What nobody is called, and is in one piece, is the provider's id of a charge. */
  function showCharge(text: string): boolean {
    if (/[@\s]/.test(text)) return false;
    change({ charge: text });
    return true;
  }
  return (
    <Group align="flex-end" gap="sm" mb="md">
      <CustomerSearch
        customerId={customer_id}
        label={t('area.search')}
        hint={t('area.searchText')}
        onChange={(id) => change({ customer_id: id })}
        onOther={openPayment}
        onNobody={showCharge}
      />
      <ChoiceFilter
        label={t('payments.status')}
        every={t('area.everyStatus')}
        choices={statuses}
        nameOf={(one) => t(`status.${one}`)}
        value={statuses.find((one) => one === status)}
        onChange={(chosen) => change({ status: chosen })}
      />
      <ChoiceFilter
        label={t('area.provider')}
        every={t('area.everyProvider')}
        choices={providerNames}
        nameOf={(one) => t(`providerName.${one}`)}
        value={providerNames.find((one) => one === provider)}
        onChange={(chosen) => change({ provider: chosen })}
      />
      <DateRange from={from ?? ''} to={to ?? ''} onChange={change} />
      {charge !== undefined && (
        <DropFilter shown={charge} label={t('area.dropCharge', { charge })} onDrop={() => change({ charge: '' })} />
      )}
    </Group>
  );
}
