import {
  IconCreditCard,
  IconFileInvoice,
  IconHome,
  IconPackage,
  IconRepeat,
  IconUserCircle,
  IconUsers,
  IconWebhook,
} from '@tabler/icons-react';
import { type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { PortalFrame } from '../shared/frame/portal-frame.tsx';
import type { Permission } from '../shared/session/session.ts';
import { useMay, useSession } from '../shared/session/session-context.tsx';
import { moneyPages } from './payments/money-pages.ts';
import { PlaceBar } from './place-bar.tsx';

const ClockBar = lazy(async () => ({ default: (await import('./clock/clock-bar.tsx')).ClockBar }));

interface AdminPage {
  to: string;
  name: 'home' | 'subscriptions' | 'payments' | 'customers' | 'plans' | 'invoices' | 'webhooks' | 'account';
  icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
  /** Null: everybody's own. */
  permission: Permission | null;
  also?: readonly string[];
}

const pages: readonly AdminPage[] = [
  { to: '/', name: 'home', icon: IconHome, permission: 'reports:read' },
  { to: '/subscriptions', name: 'subscriptions', icon: IconRepeat, permission: 'subscriptions:read' },
  { to: '/customers', name: 'customers', icon: IconUsers, permission: 'customers:read' },
  { to: '/plans', name: 'plans', icon: IconPackage, permission: 'plans:read' },
  { to: '/invoices', name: 'invoices', icon: IconFileInvoice, permission: 'invoices:read' },
  { to: '/webhooks', name: 'webhooks', icon: IconWebhook, permission: 'webhooks:read' },
  { to: '/account', name: 'account', icon: IconUserCircle, permission: null },
];

const moneyPaths = ['/payments', ...moneyPages.map(({ to }) => to)];

/** What a role may not even read is not offered. */
export function AdminFrame(): ReactNode {
  const { t } = useTranslation();
  const { permissions, tenant } = useSession();
  // Payments begin at the first of their pages that the role may read.
  const payments: AdminPage[] = moneyPages
    .filter(({ permission }) => permissions.has(permission))
    .slice(0, 1)
    .map(({ to, permission }) => ({ to, permission, name: 'payments', icon: IconCreditCard, also: moneyPaths }));
  const seesClock = useMay('subscriptions:read') && tenant.isSandbox;
  return (
    <PortalFrame
      navigation={[...pages.slice(0, 2), ...payments, ...pages.slice(2)]
        .filter(({ permission }) => permission === null || permissions.has(permission))
        .map(({ to, name, icon, ...page }) => ({ to, icon, label: t(`nav.${name}`), also: page.also ?? [] }))}
      header={<PlaceBar />}
      banner={<Suspense>{seesClock && <ClockBar />}</Suspense>}
    />
  );
}
