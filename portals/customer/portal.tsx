import { RouterProvider } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { createPortalRouter, page } from '../shared/frame/portal-router.tsx';
import { SessionGate } from '../shared/session/session-gate.tsx';
import { SignInPage } from '../shared/session/sign-in-page.tsx';
import { isQuantity } from '../shared/subscription/quantity.ts';
import { CustomerFrame } from './customer-frame.tsx';

interface Search {
  /** The subscription the pages are about, where the customer has several. */
  subscription?: string;
  dialog?: 'change-plan';
  /** The plan chosen on the way to a new subscription. */
  plan?: string;
  /** How many of it. */
  quantity?: number;
}

const router = createPortalRouter({
  basepath: '/portal',
  frame: CustomerFrame,
  readSearch: ({ subscription, dialog, plan, quantity }): Search => ({
    ...(typeof subscription === 'string' ? { subscription } : {}),
    ...(dialog === 'change-plan' ? { dialog } : {}),
    ...(typeof plan === 'string' ? { plan } : {}),
    ...(typeof quantity === 'number' && isQuantity(String(quantity)) ? { quantity } : {}),
  }),
  kept: ['subscription'],
  pages: [
    page('/', () => import('./overview/overview-page.tsx'), 'OverviewPage'),
    page('/billing', () => import('./billing/billing-page.tsx'), 'BillingPage'),
    page('/payment-methods', () => import('./methods/methods-page.tsx'), 'MethodsPage'),
    page('/account', () => import('./account/account-page.tsx'), 'AccountPage'),
    page('/subscribe', () => import('./subscribe/subscribe-page.tsx'), 'SubscribePage'),
    page('/payment-result', () => import('./result/payment-result-page.tsx'), 'PaymentResultPage'),
  ],
});

export function CustomerPortal(): ReactNode {
  const { t } = useTranslation();
  return (
    <SessionGate admits={['customer']} signIn={<SignInPage title={t('signIn.title')} text={t('signIn.text')} />}>
      <RouterProvider router={router} />
    </SessionGate>
  );
}
