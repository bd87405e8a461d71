import { RouterProvider } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { createPortalRouter, framed, page } from '../shared/frame/portal-router.tsx';
import { SessionGate } from '../shared/session/session-gate.tsx';
import { SignInPage } from '../shared/session/sign-in-page.tsx';
import { AdminFrame } from './admin-frame.tsx';
import { OutsidePage } from './outside-page.tsx';

const router = createPortalRouter({
  basepath: '/admin',
  frame: AdminFrame,
  /** Filters live in the address, so that a view can be kept and sent. */
  readSearch: (search): Record<string, string> =>
    Object.fromEntries(Object.entries(search).map(([name, value]) => [name, String(value)])),
  pages: [
    page('/', () => import('./home/home-page.tsx'), 'HomePage'),
    page('/subscriptions', () => import('./subscriptions/subscriptions-page.tsx'), 'SubscriptionsPage'),
    page('/subscriptions/$id', () => import('./subscriptions/subscription-page.tsx'), 'SubscriptionPage'),
    /** What is worked on about payments, under one row of tabs. */
    framed('money', () => import('./payments/money-frame.tsx'), 'MoneyFrame', [
      page('/payments', () => import('./payments/payments-page.tsx'), 'PaymentsPage'),
      page('/payment-errors', () => import('./payment-errors/payment-errors-page.tsx'), 'PaymentErrorsPage'),
      page('/unknown-outcomes', () => import('./payments/unknown-page.tsx'), 'UnknownPage'),
      page('/refunds', () => import('./refunds/refunds-page.tsx'), 'RefundsPage'),
      page('/refund-requests', () => import('./refunds/refund-requests-page.tsx'), 'RefundRequestsPage'),
      page('/disputes', () => import('./refunds/disputes-page.tsx'), 'DisputesPage'),
      page('/reconciliation', () => import('./reconciliation/reconciliation-page.tsx'), 'ReconciliationPage'),
    ]),
    page('/payments/$id', () => import('./payment-errors/payment-page.tsx'), 'PaymentPage'),
    page('/customers', () => import('./customers/customers-page.tsx'), 'CustomersPage'),
    page('/customers/$id', () => import('./customers/customer-page.tsx'), 'CustomerPage'),
    page('/plans', () => import('./plans/plans-page.tsx'), 'PlansPage'),
    page('/invoices', () => import('./invoices/invoices-page.tsx'), 'InvoicesPage'),
    page('/invoices/new', () => import('./invoices/new-invoice-page.tsx'), 'NewInvoicePage'),
    page('/invoices/$id', () => import('./invoices/invoice-page.tsx'), 'InvoicePage'),
    page('/webhooks', () => import('./webhooks/webhooks-page.tsx'), 'WebhooksPage'),
    page('/webhooks/$id', () => import('./webhooks/webhook-page.tsx'), 'WebhookPage'),
    page('/disputes/$id', () => import('./refunds/dispute-page.tsx'), 'DisputePage'),
    page('/account', () => import('./account/account-page.tsx'), 'AccountPage'),
  ],
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
