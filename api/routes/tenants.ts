import { applyLimits, changeTenant } from '../../billing/tenants/change-tenant.ts';
import { createTenants, createTenantsWithOwner } from '../../billing/tenants/create-tenants.ts';
import { cancelDeletion, requestDeletion } from '../../billing/tenants/delete-tenant.ts';
import { renderTenant, renderUsage } from '../../billing/tenants/render-tenant.ts';
import { reactivateTenant, suspendTenant } from '../../billing/tenants/suspend-tenant.ts';
import * as contract from '../../contracts/rest/tenants.ts';
import { findTenant, listTenants, readUsage } from '../../db/queries/tenants.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { makeInvitationLink } from '../../identity/accounts/accept-invitation.ts';
import { type Route, route } from '../route.ts';
import { pageRequestOf, renderPage } from './render-page.ts';
import { withoutAbsent } from './without-absent.ts';

/** An operator's, about any tenant: as the system role, in the platform's scope. */
export const tenantRoutes: readonly Route[] = [
  route(contract.createTenantsRoute, (call) => {
    const { name, modes, limits, owner_email: ownerEmail } = call.body;
    const input = { name, modes, limits: applyLimits({}, limits ?? {}) };
    if (ownerEmail === undefined) return createTenants(call.system, call, input);
    const makeLink = () => makeInvitationLink(call.context.publicUrl);
    return createTenantsWithOwner(call.system, call.context, call, { ...input, ownerEmail }, makeLink);
  }),

  route(contract.listTenantsRoute, async (call) => {
    const { status = null, mode = null, text = null } = call.query;
    const page = await listTenants(call.system.sql, { status, mode, text }, pageRequestOf('tenant', call.query));
    return renderPage({ ...page, rows: page.rows.map((row) => ({ ...row, id: row.tenantId })) }, renderTenant);
  }),

  route(contract.readTenantRoute, async (call) => {
    const id = call.id('tenant');
    const row = await findTenant(call.system.sql, id);
    if (!row) throw new DomainError('not_found', 'unknown tenant');
    const usage = await readAsTenant(call.context.database, id, (sql) => readUsage(sql, id));
    return { status: 200, body: { ...renderTenant(row), usage: renderUsage(usage) } };
  }),

  route(contract.changeTenantRoute, (call) => {
    const { name, limits } = call.body;
    return changeTenant(call.system, call, call.id('tenant'), withoutAbsent({ name, limits }));
  }),

  route(contract.suspendTenantRoute, (call) => suspendTenant(call.system, call, call.id('tenant'), call.body.reason)),

  route(contract.reactivateTenantRoute, (call) => reactivateTenant(call, call, call.id('tenant'))),

  route(contract.requestTenantDeletionRoute, (call) => {
    const { reason, grace_days: graceDays = null, export_waived: exportWaived } = call.body;
    return requestDeletion(call.system, call, call.id('tenant'), { reason, graceDays, exportWaived });
  }),

  route(contract.cancelTenantDeletionRoute, (call) => cancelDeletion(call, call, call.id('tenant'))),
];
