import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { BrokenPage } from './broken-page.tsx';
import { LostPage } from './lost-page.tsx';

interface PageOf {
  path: string;
  load: () => Promise<Record<string, unknown>>;
  name: string;
}

/** An address and the component that shows it, fetched when it is wanted. */
export function page(path: string, load: PageOf['load'], name: string): PageOf {
  return { path, load, name };
}

/** What is at which address of a portal, within its frame. */
export function createPortalRouter<Search extends object>(portal: {
  basepath: string;
  frame: () => ReactNode;
  readSearch: (search: Record<string, unknown>) => Search;
  /** Goes along from page to page. */
  kept?: readonly (keyof Search)[];
  pages: readonly PageOf[];
}) {
  const root = createRootRoute({
    component: portal.frame,
    notFoundComponent: LostPage,
    errorComponent: BrokenPage,
    validateSearch: portal.readSearch,
    search: { middlewares: [retainSearchParams<Search>([...(portal.kept ?? [])])] },
  });
  const routes = portal.pages.map(({ path, load, name }) =>
    createRoute({
      getParentRoute: () => root,
      path,
      component: lazyRouteComponent(load as () => Promise<Record<string, () => ReactNode>>, name),
    }),
  );
  return createRouter({
    basepath: portal.basepath,
    defaultPreload: 'intent',
    scrollRestoration: true,
    routeTree: root.addChildren(routes),
  });
}
