import type { Route } from './route.ts';
import { ownAccountRoutes } from './routes/own-account.ts';
import { userRoutes } from './routes/users.ts';

/** Who may do what: a line for each resource, `...roleRoutes`. */
export const accessRoutes: readonly Route[] = [...userRoutes, ...ownAccountRoutes];
