import type { Route } from './route.ts';
import { adminPaymentRoutes } from './routes/admin-payments.ts';
import { creditNoteRoutes } from './routes/credit-notes.ts';
import { customerRoutes } from './routes/customers.ts';
import { disputeRoutes } from './routes/disputes.ts';
import { documentRoutes } from './routes/documents.ts';
import { manualInvoiceRoutes } from './routes/manual-invoices.ts';
import { invoiceRoutes, paymentRoutes } from './routes/money.ts';
import { notSupportedRoutes } from './routes/not-supported.ts';
import { operationRoutes } from './routes/operations.ts';
import { paymentMethodRoutes } from './routes/payment-methods.ts';
import { planRoutes } from './routes/plans.ts';
import { providerAccountRoutes } from './routes/provider-accounts.ts';
import { refundRoutes } from './routes/refunds.ts';
import { subscriptionReadRoutes } from './routes/subscription-reads.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { webhookEndpointRoutes } from './routes/webhook-endpoints.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** Every call an API key may make. */
export const allRoutes: readonly Route[] = [
  ...subscriptionRoutes,
  ...subscriptionReadRoutes,
  ...planRoutes,
  ...customerRoutes,
  ...paymentMethodRoutes,
  ...invoiceRoutes,
  ...documentRoutes,
  ...manualInvoiceRoutes,
  ...creditNoteRoutes,
  ...paymentRoutes,
  ...adminPaymentRoutes,
  ...refundRoutes,
  ...operationRoutes,
  ...providerAccountRoutes,
  ...webhookEndpointRoutes,
  ...disputeRoutes,
  ...webhookRoutes,
  ...notSupportedRoutes,
];
