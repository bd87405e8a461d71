import type { Route } from './route.ts';
import { ownTenantRoutes } from './routes/tenant.ts';
import { tenantRoutes } from './routes/tenants.ts';

/** Who may do what: a line for each resource, `...roleRoutes`. */
export const accessRoutes: readonly Route[] = [...tenantRoutes, ...ownTenantRoutes];
