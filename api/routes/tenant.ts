import { exportTenant } from '../../billing/tenants/export-tenant.ts';
import { changeOwnTenant, deleteOwnTenant, renderOwnTenant } from '../../billing/tenants/own-tenant.ts';
import * as contract from '../../contracts/rest/tenant.ts';
import { withTenant } from '../../db/with-tenant.ts';
import { type Route, route } from '../route.ts';
import { withoutAbsent } from './without-absent.ts';

/** What the people of a tenant do with it. */
export const ownTenantRoutes: readonly Route[] = [
  route(contract.readOwnTenantRoute, async (call) => ({
    status: 200,
    body: await withTenant(call.context.database, call.tenantId, renderOwnTenant),
  })),

  route(contract.changeOwnTenantRoute, (call) => {
    const { name, settings } = call.body;
    return changeOwnTenant(call.context, call, withoutAbsent({ name, settings: settings && withoutAbsent(settings) }));
  }),

  route(contract.deleteOwnTenantRoute, (call) => {
    const { confirm, reason = 'asked for by its owner', grace_days: graceDays = null } = call.body;
    const exportWaived = call.body.export_waived;
    return deleteOwnTenant(call.context, call, { confirm, reason, graceDays, exportWaived });
  }),

  route(contract.exportOwnTenantRoute, async (call) => ({
    status: 200,
    body: exportTenant(call.context, call),
    contentType: 'application/x-ndjson',
  })),
];
