import { defineRoute, type RouteContract } from './route.ts';

/** Calls of the contract whose feature is not there: each answers 400 `not_supported`, never silently nothing. */
function notSupported(
  route: Pick<RouteContract, 'method' | 'path' | 'atRoot' | 'tag' | 'permission'>,
  summary: string,
): RouteContract {
  return defineRoute({ ...route, summary: `${summary}; not supported yet`, answers: {}, refusals: ['not_supported'] });
}

export const notSupportedRoutes: readonly RouteContract[] = [
  notSupported(
    { method: 'post', path: '/portal-sessions', permission: 'portal_sessions:write', tag: 'Portals' },
    'Open the customer portal',
  ),
];
