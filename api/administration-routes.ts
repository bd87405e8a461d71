import type { Route } from './route.ts';
import { adminAttemptRoutes } from './routes/admin-attempts.ts';
import { adminPaymentRoutes } from './routes/admin-payments.ts';
import { billingRunRoutes } from './routes/billing-runs.ts';
import { disputeRoutes } from './routes/disputes.ts';
import { manualInvoiceRoutes } from './routes/manual-invoices.ts';
import { operationRoutes } from './routes/operations.ts';
import { providerAccountRoutes } from './routes/provider-accounts.ts';
import { reconciliationRoutes } from './routes/reconciliation.ts';
import { reportRoutes } from './routes/reports.ts';
import { webhookEndpointRoutes } from './routes/webhook-endpoints.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** What an administrator of a tenant does, and an operator. */
export const administrationRoutes: readonly Route[] = [
  ...adminPaymentRoutes,
  ...manualInvoiceRoutes,
  ...operationRoutes,
  ...billingRunRoutes,
  ...providerAccountRoutes,
  ...webhookEndpointRoutes,
  ...disputeRoutes,
  ...reconciliationRoutes,
  ...adminAttemptRoutes,
  ...webhookRoutes,
  ...reportRoutes,
];
