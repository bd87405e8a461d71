import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconFileInvoice,
  IconGavel,
  IconHome,
  IconPackage,
  IconRepeat,
  IconUserCircle,
  IconUsers,
} from '@tabler/icons-react';
import { lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { PortalFrame } from '../shared/frame/portal-frame.tsx';
import { useMay, useSession } from '../shared/session/session-context.tsx';
import { PlaceBar } from './place-bar.tsx';

const ClockBar = lazy(async () => ({ default: (await import('./clock/clock-bar.tsx')).ClockBar }));

const pages = [
  { to: '/', name: 'home', icon: IconHome, permission: 'subscriptions:read' },
  { to: '/subscriptions', name: 'subscriptions', icon: IconRepeat, permission: 'subscriptions:read' },
  { to: '/payment-errors', name: 'paymentErrors', icon: IconAlertTriangle, permission: 'failed_payments:read' },
  { to: '/customers', name: 'customers', icon: IconUsers, permission: 'customers:read' },
  { to: '/plans', name: 'plans', icon: IconPackage, permission: 'plans:read' },
  { to: '/invoices', name: 'invoices', icon: IconFileInvoice, permission: 'invoices:read' },
  { to: '/refund-requests', name: 'refundRequests', icon: IconArrowBackUp, permission: 'refund_requests:decide' },
  { to: '/disputes', name: 'disputes', icon: IconGavel, permission: 'disputes:read' },
  { to: '/account', name: 'account', icon: IconUserCircle, permission: null },
] as const;

/** What a role may not even read is not offered. */
export function AdminFrame(): ReactNode {
  const { t } = useTranslation();
  const { permissions, tenant } = useSession();
  const seesClock = useMay('subscriptions:read') && tenant.isSandbox;
  return (
    <PortalFrame
      navigation={pages
        .filter(({ permission }) => permission === null || permissions.has(permission))
        .map(({ to, name, icon }) => ({ to, icon, label: t(`nav.${name}`) }))}
      header={<PlaceBar />}
      banner={<Suspense>{seesClock && <ClockBar />}</Suspense>}
    />
  );
}
