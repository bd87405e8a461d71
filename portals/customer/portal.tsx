import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  RouterProvider,
  retainSearchParams,
} from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { BrokenPage } from '../shared/frame/broken-page.tsx';
import { LostPage } from '../shared/frame/lost-page.tsx';
import { SessionGate } from '../shared/session/session-gate.tsx';
import { SignInPage } from '../shared/session/sign-in-page.tsx';
import { CustomerFrame } from './customer-frame.tsx';

interface Search {
  /** The subscription the pages are about, where the customer has several. */
  subscription?: string;
  dialog?: 'change-plan';
  /** The plan chosen on the way to a new subscription. */
  plan?: string;
}

const root = createRootRoute({
  component: CustomerFrame,
  notFoundComponent: LostPage,
  errorComponent: BrokenPage,
  validateSearch: ({ subscription, dialog, plan }: Record<string, unknown>): Search => ({
    ...(typeof subscription === 'string' ? { subscription } : {}),
    ...(dialog === 'change-plan' ? { dialog } : {}),
    ...(typeof plan === 'string' ? { plan } : {}),
  }),
  search: { middlewares: [retainSearchParams(['subscription'])] },
});

const page = (path: string, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(load as () => Promise<Record<string, () => ReactNode>>, name),
  });

const router = createRouter({
  basepath: '/portal',
  defaultPreload: 'intent',
  scrollRestoration: true,
  routeTree: root.addChildren([
    page('/', () => import('./overview/overview-page.tsx'), 'OverviewPage'),
    page('/billing', () => import('./billing/billing-page.tsx'), 'BillingPage'),
    page('/payment-methods', () => import('./methods/methods-page.tsx'), 'MethodsPage'),
    page('/account', () => import('./account/account-page.tsx'), 'AccountPage'),
    page('/subscribe', () => import('./subscribe/subscribe-page.tsx'), 'SubscribePage'),
  ]),
});

export function CustomerPortal(): ReactNode {
  const { t } = useTranslation();
  return (
    <SessionGate admits={['customer']} signIn={<SignInPage title={t('signIn.title')} text={t('signIn.text')} />}>
      <RouterProvider router={router} />
    </SessionGate>
  );
}
