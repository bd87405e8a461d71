import * as audit from './audit.ts';
import type { RouteContract } from './route.ts';
import { routesOf } from './routes-of.ts';

/** Calls about who may do what: roles, keys, clients, users, sessions, tenants, the audit; a line for each. */
export const accessContracts: readonly [string, RouteContract][] = [...routesOf(audit)];
