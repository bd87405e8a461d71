import { dropView, renderSavedView, saveView } from '../../billing/members/save-view.ts';
import * as contract from '../../contracts/rest/saved-views.ts';
import { listSavedViews } from '../../db/queries/saved-views.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { platformScope } from '../../identity/principal.ts';
import { type Route, type RouteCall, route } from '../route.ts';

/** Views of lists, each of whoever calls. */
export const savedViewRoutes: readonly Route[] = [
  route(contract.listSavedViewsRoute, async (call) => {
    refuseOutside(call);
    const of = { owner: call.caller.actor, page: call.query.page };
    const rows = await readAsTenant(call.context.database, call.tenantId, (sql) => listSavedViews(sql, of));
    return { status: 200, body: { data: rows.map(renderSavedView) } };
  }),

  route(contract.saveViewRoute, async (call) => {
    refuseOutside(call);
    const { page, name, filters } = call.body;
    return saveView(call.context, call, { page, name, filters });
  }),

  route(contract.dropViewRoute, async (call) => {
    refuseOutside(call);
    return dropView(call.context, call, call.id('savedView'));
  }),
];

/** An operator who is in no business has no lists of one to look at. */
function refuseOutside({ tenantId }: RouteCall<unknown, unknown>): void {
  if (tenantId === platformScope) throw new DomainError('forbidden', 'Go into a business first.');
}
