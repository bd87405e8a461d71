import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { DataTable } from '../../shared/parts/data-table.tsx';
import { RouterAnchor } from '../../shared/parts/router-parts.tsx';
import { StatusBadge } from '../../shared/parts/status-badge.tsx';
import type { ChargeDifference } from '../../shared/rest/types.ts';
import { CustomerName } from '../names.tsx';

/** Each attempt about which the books differ: how, what we have and what the provider has. */
export function DifferencesTable({ differences }: { differences: readonly ChargeDifference[] }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <DataTable
      label={t('reconcile.differences')}
      rows={differences}
      keyOf={({ attempt_id }) => attempt_id}
      columns={[
        { header: t('reconcile.kind'), cell: ({ kind }) => <Text size="sm">{t(`reconcile.kinds.${kind}`)}</Text> },
        { header: t('reconcile.at'), cell: ({ at }) => format.exact(at) },
        { header: t('payments.payment'), cell: (difference) => <WhatItIs difference={difference} /> },
        {
          header: t('payments.customer'),
          cell: ({ customer_id }) => (customer_id === null ? '–' : <CustomerName id={customer_id} />),
        },
        {
          header: t('reconcile.sides.withUs'),
          cell: ({ with_us }) => (with_us === null ? '–' : <OurSide ours={with_us} />),
        },
        { header: t('reconcile.sides.atProvider'), cell: (difference) => <TheirSide difference={difference} /> },
      ]}
    />
  );
}

function WhatItIs({ difference }: { difference: ChargeDifference }): ReactNode {
  const { payment_id, attempt_id } = difference;
  if (payment_id === null) return <span className="break-anywhere">{attempt_id}</span>;
  return (
    <RouterAnchor to={`/payments/${payment_id}`} size="sm" className="break-anywhere">
      {payment_id}
    </RouterAnchor>
  );
}

function OurSide({ ours }: { ours: NonNullable<ChargeDifference['with_us']> }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <Text size="sm">
        {format.money(ours.amount, ours.currency)} <StatusBadge status={ours.status} />
      </Text>
      {ours.refunded > 0 && (
        <Text size="xs">{t('reconcile.ofItBack', { amount: format.money(ours.refunded, ours.currency) })}</Text>
      )}
      <Text size="xs" c="dimmed" className="break-anywhere">
        {ours.provider_charge_id}
      </Text>
    </>
  );
}

function TheirSide({ difference }: { difference: ChargeDifference }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { at_provider, looked_up } = difference;
  if (at_provider.length === 0) return t(looked_up ? 'reconcile.askedAndGone' : 'reconcile.notListed');
  return at_provider.map(({ provider_charge_id, amount, currency, refunded }) => (
    <div key={provider_charge_id}>
      <Text size="sm">{format.money(amount, currency)}</Text>
      {refunded > 0 && <Text size="xs">{t('reconcile.ofItBack', { amount: format.money(refunded, currency) })}</Text>}
      <Text size="xs" c="dimmed" className="break-anywhere">
        {provider_charge_id}
      </Text>
    </div>
  ));
}
