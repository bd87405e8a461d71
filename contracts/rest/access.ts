import * as me from './me.ts';
import type { RouteContract } from './route.ts';
import { routesOf } from './routes-of.ts';
import * as users from './users.ts';

/** Calls about who may do what: roles, keys, clients, users, sessions, tenants, the audit; a line each: `...routesOf(roles)`. */
export const accessContracts: readonly [string, RouteContract][] = [...routesOf(users), ...routesOf(me)];
