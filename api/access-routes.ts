import type { Route } from './route.ts';

/** Who may do what: a line for each resource, `...roleRoutes`. */
export const accessRoutes: readonly Route[] = [];
