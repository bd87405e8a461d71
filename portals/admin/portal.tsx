import { createRootRoute, createRoute, createRouter, lazyRouteComponent, RouterProvider } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { BrokenPage } from '../shared/frame/broken-page.tsx';
import { LostPage } from '../shared/frame/lost-page.tsx';
import { SessionGate } from '../shared/session/session-gate.tsx';
import { SignInPage } from '../shared/session/sign-in-page.tsx';
import { AdminFrame } from './admin-frame.tsx';
import { OutsidePage } from './outside-page.tsx';

/** Filters live in the address, so that a view can be kept and sent. */
const root = createRootRoute({
  component: AdminFrame,
  notFoundComponent: LostPage,
  errorComponent: BrokenPage,
  validateSearch: (search: Record<string, unknown>): Record<string, string> =>
    Object.fromEntries(Object.entries(search).map(([name, value]) => [name, String(value)])),
});

const page = (path: string, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load as () => Promise<Record<string, () => ReactNode>>, name),
  });

const router = createRouter({
  basepath: '/admin',
  defaultPreload: 'intent',
  scrollRestoration: true,
  routeTree: root.addChildren([
    page('/', () => import('./home/home-page.tsx'), 'HomePage'),
    page('/subscriptions', () => import('./subscriptions/subscriptions-page.tsx'), 'SubscriptionsPage'),
    page('/subscriptions/$id', () => import('./subscriptions/subscription-page.tsx'), 'SubscriptionPage'),
    page('/payment-errors', () => import('./payment-errors/payment-errors-page.tsx'), 'PaymentErrorsPage'),
    page('/payments/$id', () => import('./payment-errors/payment-page.tsx'), 'PaymentPage'),
    page('/customers', () => import('./customers/customers-page.tsx'), 'CustomersPage'),
    page('/customers/$id', () => import('./customers/customer-page.tsx'), 'CustomerPage'),
    page('/plans', () => import('./plans/plans-page.tsx'), 'PlansPage'),
    page('/invoices', () => import('./invoices/invoices-page.tsx'), 'InvoicesPage'),
    page('/invoices/$id', () => import('./invoices/invoice-page.tsx'), 'InvoicePage'),
    page('/refund-requests', () => import('./refunds/refund-requests-page.tsx'), 'RefundRequestsPage'),
    page('/account', () => import('./account/account-page.tsx'), 'AccountPage'),
    page('/disputes', () => import('./refunds/disputes-page.tsx'), 'DisputesPage'),
  ]),
});

export function AdminPortal(): ReactNode {
  const { t } = useTranslation();
  const here = encodeURIComponent(location.pathname + location.search);
  const action = { label: t('signIn.button'), href: `/auth/sign-in?return_to=${here}` };
  return (
    <SessionGate
      admits={['user', 'operator']}
      outside={<OutsidePage />}
      signIn={<SignInPage title={t('signIn.title')} text={t('signIn.text')} action={action} />}
    >
      <RouterProvider router={router} />
    </SessionGate>
  );
}
