import * as adminAttempts from './admin-attempts.ts';
import * as adminPayments from './admin-payments.ts';
import * as billingRuns from './billing-runs.ts';
import * as disputes from './disputes.ts';
import * as manualInvoices from './manual-invoices.ts';
import * as operations from './operations.ts';
import * as providerAccounts from './provider-accounts.ts';
import * as reconciliation from './reconciliation.ts';
import * as reports from './reports.ts';
import type { RouteContract } from './route.ts';
import { routesOf } from './routes-of.ts';
import * as webhookEndpoints from './webhook-endpoints.ts';
import * as webhooks from './webhooks.ts';

/** Calls of a tenant's administrators, and of operators. */
export const administrationContracts: readonly [string, RouteContract][] = [
  ...routesOf(adminPayments),
  ...routesOf(manualInvoices),
  ...routesOf(operations),
  ...routesOf(billingRuns),
  ...routesOf(providerAccounts),
  ...routesOf(webhookEndpoints),
  ...routesOf(disputes),
  ...routesOf(reconciliation),
  ...routesOf(adminAttempts),
  ...routesOf(webhooks),
  ...routesOf(reports),
];
