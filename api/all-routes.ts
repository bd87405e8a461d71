import { accessRoutes } from './access-routes.ts';
import { administrationRoutes } from './administration-routes.ts';
import type { Route } from './route.ts';
import { creditNoteRoutes } from './routes/credit-notes.ts';
import { customerRoutes } from './routes/customers.ts';
import { documentRoutes } from './routes/documents.ts';
import { invoiceRoutes, paymentRoutes } from './routes/money.ts';
import { paymentMethodRoutes } from './routes/payment-methods.ts';
import { planRoutes } from './routes/plans.ts';
import { refundRoutes } from './routes/refunds.ts';
import { subscriptionReadRoutes } from './routes/subscription-reads.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';

/** Every call an API key may make. */
export const allRoutes: readonly Route[] = [
  ...subscriptionRoutes,
  ...subscriptionReadRoutes,
  ...planRoutes,
  ...customerRoutes,
  ...paymentMethodRoutes,
  ...invoiceRoutes,
  ...documentRoutes,
  ...creditNoteRoutes,
  ...paymentRoutes,
  ...refundRoutes,
  ...administrationRoutes,
  ...accessRoutes,
];
