import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useZone, ZoneProvider } from '../../shared/format/zone.tsx';
import { customerQuery } from '../names.tsx';

/** What is about one customer is dated as that customer and their invoices have it. */
export function InCustomersZone({ customerId, children }: { customerId: string; children: ReactNode }): ReactNode {
  const customer = useQuery(customerQuery(customerId));
  return <ZoneProvider zone={customer.data?.timezone}>{children}</ZoneProvider>;
}

/** Said where the clocks are not the reader's. */
export function ZoneNote(): ReactNode {
  const { t } = useTranslation();
  const zone = useZone();
  if (zone === undefined || zone === Intl.DateTimeFormat().resolvedOptions().timeZone) return null;
  return <span>{t('customers.timesIn', { zone })}</span>;
}
