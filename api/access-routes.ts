import type { Route } from './route.ts';
import { portalSessionRoutes } from './routes/portal-sessions.ts';
import { sessionRoutes } from './routes/sessions.ts';

/** Who may do what: a line for each resource, `...roleRoutes`. */
export const accessRoutes: readonly Route[] = [...sessionRoutes, ...portalSessionRoutes];
