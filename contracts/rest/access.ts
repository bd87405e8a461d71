import type { RouteContract } from './route.ts';
import { routesOf } from './routes-of.ts';
import * as ownTenant from './tenant.ts';
import * as tenants from './tenants.ts';

/** Calls about who may do what: roles, keys, clients, users, sessions, tenants, the audit; a line each: `...routesOf(roles)`. */
export const accessContracts: readonly [string, RouteContract][] = [...routesOf(tenants), ...routesOf(ownTenant)];
