import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { BrokenPage } from './broken-page.tsx';
import { LostPage } from './lost-page.tsx';

interface Shown {
  load: () => Promise<Record<string, unknown>>;
  name: string;
}

interface PageOf extends Shown {
  path: string;
}

interface FrameOf extends Shown {
  id: string;
  pages: readonly PageOf[];
}

/** An address and the component that shows it, fetched when it is wanted. */
export function page(path: string, load: Shown['load'], name: string): PageOf {
  return { path, load, name };
}

/** Pages within a frame of their own, which has no address. */
export function framed(id: string, load: Shown['load'], name: string, pages: readonly PageOf[]): FrameOf {
  return { id, load, name, pages };
}

const lazyOf = ({ load, name }: Shown) =>
  lazyRouteComponent(load as () => Promise<Record<string, () => ReactNode>>, name);

/** What is at which address of a portal, within its frame. */
export function createPortalRouter<Search extends object>(portal: {
  basepath: string;
  frame: () => ReactNode;
  readSearch: (search: Record<string, unknown>) => Search;
  /** Goes along from page to page. */
  kept?: readonly (keyof Search)[];
  pages: readonly (PageOf | FrameOf)[];
}) {
  const root = createRootRoute({
    component: portal.frame,
    notFoundComponent: LostPage,
    errorComponent: BrokenPage,
    validateSearch: portal.readSearch,
    search: { middlewares: [retainSearchParams<Search>([...(portal.kept ?? [])])] },
  });
  const pageWithin = (parent: AnyRoute, shown: PageOf): AnyRoute =>
    createRoute({ getParentRoute: () => parent, path: shown.path, component: lazyOf(shown) });
  const frameWithin = (parent: AnyRoute, shown: FrameOf): AnyRoute => {
    const frame: AnyRoute = createRoute({ getParentRoute: () => parent, id: shown.id, component: lazyOf(shown) });
    return frame.addChildren(shown.pages.map((one) => pageWithin(frame, one)));
  };
  const routes = portal.pages.map((shown) => ('path' in shown ? pageWithin(root, shown) : frameWithin(root, shown)));
  return createRouter({
    basepath: portal.basepath,
    defaultPreload: 'intent',
    scrollRestoration: true,
    routeTree: root.addChildren(routes),
  });
}
