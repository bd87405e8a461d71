import type { Route } from './route.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { auditRoutes } from './routes/audit.ts';
import { oauthClientRoutes } from './routes/oauth-clients.ts';
import { ownAccountRoutes } from './routes/own-account.ts';
import { portalSessionRoutes } from './routes/portal-sessions.ts';
import { roleRoutes } from './routes/roles.ts';
import { savedViewRoutes } from './routes/saved-views.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { ownTenantRoutes } from './routes/tenant.ts';
import { tenantRoutes } from './routes/tenants.ts';
import { userRoutes } from './routes/users.ts';

/** Who may do what: a line for each resource. */
export const accessRoutes: readonly Route[] = [
  ...auditRoutes,
  ...roleRoutes,
  ...apiKeyRoutes,
  ...oauthClientRoutes,
  ...sessionRoutes,
  ...portalSessionRoutes,
  ...userRoutes,
  ...ownAccountRoutes,
  ...savedViewRoutes,
  ...tenantRoutes,
  ...ownTenantRoutes,
];
