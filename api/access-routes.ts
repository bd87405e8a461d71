import type { Route } from './route.ts';
import { auditRoutes } from './routes/audit.ts';

/** Who may do what: a line for each resource. */
export const accessRoutes: readonly Route[] = [...auditRoutes];
