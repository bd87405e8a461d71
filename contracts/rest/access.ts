import type { RouteContract } from './route.ts';

/** Calls about who may do what: roles, keys, clients, users, sessions, tenants, the audit; a line each: `...routesOf(roles)`. */
export const accessContracts: readonly [string, RouteContract][] = [];
