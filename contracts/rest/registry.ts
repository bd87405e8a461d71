import * as adminPayments from './admin-payments.ts';
import * as creditNotes from './credit-notes.ts';
import * as customers from './customers.ts';
import * as disputes from './disputes.ts';
import * as documents from './documents.ts';
import * as invoices from './invoices.ts';
import * as manualInvoices from './manual-invoices.ts';
import { notSupportedRoutes } from './not-supported.ts';
import * as operations from './operations.ts';
import * as paymentMethods from './payment-methods.ts';
import * as payments from './payments.ts';
import * as plans from './plans.ts';
import * as providerAccounts from './provider-accounts.ts';
import * as refunds from './refunds.ts';
import type { RouteContract } from './route.ts';
import * as subscriptionReads from './subscription-reads.ts';
import * as subscriptions from './subscriptions.ts';
import * as webhookEndpoints from './webhook-endpoints.ts';
import * as webhooks from './webhooks.ts';

function routesOf(resource: Record<string, unknown>): [string, RouteContract][] {
  return Object.entries(resource)
    .filter(([name]) => name.endsWith('Route'))
    .map(([name, contract]) => [name.slice(0, -'Route'.length), contract as RouteContract]);
}

/** Every call of the REST contract by its operation id, in the order of the reference. */
export const routeRegistry: ReadonlyMap<string, RouteContract> = new Map([
  ...routesOf(subscriptions),
  ...routesOf(subscriptionReads),
  ...routesOf(plans),
  ...routesOf(customers),
  ...routesOf(paymentMethods),
  ...routesOf(invoices),
  ...routesOf(documents),
  ...routesOf(manualInvoices),
  ...routesOf(creditNotes),
  ...routesOf(payments),
  ...routesOf(adminPayments),
  ...routesOf(refunds),
  ...routesOf(operations),
  ...routesOf(providerAccounts),
  ...routesOf(webhookEndpoints),
  ...routesOf(disputes),
  ...routesOf(webhooks),
  ...notSupportedRoutes.map((contract): [string, RouteContract] => [operationIdOf(contract), contract]),
]);

/** `post /payments/{payment_id}/refunds` → `postPaymentsByIdRefunds`. */
function operationIdOf({ method, path }: RouteContract): string {
  const words = path.replace(/\{\w+\}/g, 'by-id').split(/[^a-z]+/);
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}
