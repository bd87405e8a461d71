import { defineRoute, type RouteContract } from './route.ts';

/** Calls of the contract whose feature is not there: each answers 400 `not_supported`, never silently nothing. */
function notSupported(
  route: Pick<RouteContract, 'method' | 'path' | 'atRoot' | 'tag'>,
  summary: string,
): RouteContract {
  return defineRoute({ ...route, summary: `${summary}; not supported yet`, answers: {}, refusals: ['not_supported'] });
}

const payments = { atRoot: true, tag: 'Payments' };
const adminPayments = { tag: 'Administration' };

export const notSupportedRoutes: readonly RouteContract[] = [
  notSupported({ method: 'post', path: '/payments', ...payments }, 'Charge a subscription by hand'),
  notSupported({ method: 'post', path: '/payments/{payment_id}/retry', ...payments }, 'Retry a payment'),
  notSupported(
    { method: 'post', path: '/admin/payments/{payment_id}/retry', atRoot: true, ...adminPayments },
    'Retry a payment as an administrator',
  ),
  notSupported({ method: 'get', path: '/admin/payments', ...adminPayments }, 'List failed payments'),
  notSupported({ method: 'get', path: '/admin/payments/{payment_id}', ...adminPayments }, 'Read a failed payment'),
  notSupported({ method: 'post', path: '/portal-sessions', tag: 'Portals' }, 'Open the customer portal'),
];
