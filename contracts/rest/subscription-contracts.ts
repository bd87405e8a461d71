import type { RouteContract } from './route.ts';
import { routesOf } from './routes-of.ts';
import * as subscriptionReads from './subscription-reads.ts';
import * as subscriptions from './subscriptions.ts';
import * as suppositions from './suppositions.ts';

/** Calls about one subscription, and lists of them. */
export const subscriptionContracts: readonly [string, RouteContract][] = [
  ...routesOf(subscriptions),
  ...routesOf(subscriptionReads),
  ...routesOf(suppositions),
];
