import * as apiKeys from './api-keys.ts';
import * as audit from './audit.ts';
import * as me from './me.ts';
import * as oauthClients from './oauth-clients.ts';
import * as roles from './roles.ts';
import type { RouteContract } from './route.ts';
import { routesOf } from './routes-of.ts';
import * as savedViews from './saved-views.ts';
import * as sessions from './sessions.ts';
import * as ownTenant from './tenant.ts';
import * as tenants from './tenants.ts';
import * as users from './users.ts';

/** Calls about who may do what: a line for each resource. */
export const accessContracts: readonly [string, RouteContract][] = [
  ...routesOf(audit),
  ...routesOf(roles),
  ...routesOf(apiKeys),
  ...routesOf(oauthClients),
  ...routesOf(sessions),
  ...routesOf(users),
  ...routesOf(me),
  ...routesOf(savedViews),
  ...routesOf(tenants),
  ...routesOf(ownTenant),
];
