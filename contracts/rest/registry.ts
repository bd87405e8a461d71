import { accessContracts } from './access.ts';
import { administrationContracts } from './administration.ts';
import * as creditNotes from './credit-notes.ts';
import * as customers from './customers.ts';
import * as documents from './documents.ts';
import * as invoices from './invoices.ts';
import * as live from './live.ts';
import * as paymentMethods from './payment-methods.ts';
import * as payments from './payments.ts';
import * as plans from './plans.ts';
import * as refunds from './refunds.ts';
import type { RouteContract } from './route.ts';
import { routesOf } from './routes-of.ts';
import { subscriptionContracts } from './subscription-contracts.ts';

/** Every call of the REST contract by its operation id, in the order of the reference. */
export const routeRegistry: ReadonlyMap<string, RouteContract> = new Map([
  ...subscriptionContracts,
  ...routesOf(plans),
  ...routesOf(customers),
  ...routesOf(paymentMethods),
  ...routesOf(invoices),
  ...routesOf(documents),
  ...routesOf(creditNotes),
  ...routesOf(payments),
  ...routesOf(refunds),
  ...administrationContracts,
  ...accessContracts,
  ...routesOf(live),
]);
