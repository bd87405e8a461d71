import { expect, it } from 'vitest';
import { routeRegistry } from '../contracts/rest/registry.ts';
import { permissions } from '../domain/access/permissions.ts';
import { allRoutes } from './all-routes.ts';

/** Whoever is known may; or, for providers' notifications, whoever signs. Each has a reason of its own to stand here. */
const withoutPermission = [
  ...['post /webhooks/{provider}', 'post /webhooks/{provider}/{endpoint}'],
  // Everybody's own account, whatever their role, with a session alone.
  ...['get /me', 'put /me', 'post /me/password', 'post /me/recovery-codes'],
  ...['post /me/totp', 'post /me/totp/confirm', 'delete /me/totp'],
  // Everybody's own views of lists, which show nothing by themselves.
  ...['get /me/saved-views', 'post /me/saved-views', 'delete /me/saved-views/{saved_view_id}'],
  // Whoever is known is told what changes, of what they may read.
  'get /live',
  // Everybody's own sessions; a user moves only to a business they belong to.
  ...['get /session', 'post /session/tenant', 'get /sessions', 'delete /sessions/{session_id}'],
];

const served = new Set([...routeRegistry.values(), ...allRoutes.map(({ contract }) => contract)]);

it('every route names the permission it takes, but for those listed here', () => {
  const nameless = [...served].filter(({ permission }) => !permissions.includes(permission as never));
  expect(nameless.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(withoutPermission.toSorted());
  expect(nameless.map(({ permission }) => permission)).toEqual(withoutPermission.map(() => null));
});

it('whatever changes something takes more than a permission to read', () => {
  // A preview is the plan, not carried out, and so is what would follow from it.
  const harmless = ['post /subscriptions/{subscription_id}/preview', 'post /subscriptions/{subscription_id}/forecast'];
  const wrong = [...served].filter(({ method, permission }) => method !== 'get' && permission?.endsWith(':read'));
  expect(wrong.map(({ method, path }) => `${method} ${path}`)).toEqual(harmless);
});
