import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../shared/format/use-format.ts';
import { RouterAnchor } from '../../../shared/parts/router-parts.tsx';
import { useMay } from '../../../shared/session/session-context.tsx';

const isAmount = /amount$|^total$/;
const isInstant = /^\d{4}-\d\d-\d\dT.*Z$/;

/** The particulars of one entry by their own names; what has a page is a link to it. */
export function EntryDetails(props: { details: Readonly<Record<string, unknown>>; currency: string }): ReactNode {
  const { details, currency } = props;
  const { t } = useTranslation();
  const shown = Object.entries(details).filter(([name, value]) => name !== 'actor' && value !== null && value !== '');
  if (shown.length === 0) return null;
  return (
    <Text size="sm" component="div" className="break-anywhere">
      {shown.map(([name, value], index) => (
        <span key={name}>
          {index > 0 && ' · '}
          {t(`detail.${name}`, { defaultValue: name.replaceAll('_', ' ') })}
          {': '}
          <DetailValue name={name} value={value} currency={currency} />
        </span>
      ))}
    </Text>
  );
}

function DetailValue({ name, value, currency }: { name: string; value: unknown; currency: string }): ReactNode {
  const format = useFormat();
  const seesPayments = useMay('failed_payments:read');
  if (typeof value === 'number' && isAmount.test(name)) return format.money(value, currency);
  if (typeof value !== 'string') return JSON.stringify(value);
  if (name === 'payment_id' && seesPayments)
    return (
      <RouterAnchor to={`/payments/${value}`} underline="always">
        {value}
      </RouterAnchor>
    );
  if (name === 'invoice_id')
    return (
      <RouterAnchor to={`/invoices/${value}`} underline="always">
        {value}
      </RouterAnchor>
    );
  return isInstant.test(value) ? format.instant(value) : value;
}
