import { changeRole, createRole, deleteRole, renderBuiltInRole, renderRole } from '../../billing/access/save-role.ts';
import * as contract from '../../contracts/rest/roles.ts';
import { findCustomRole, listCustomRoles } from '../../db/queries/custom-roles.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { builtInRoles } from '../../domain/access/roles.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Route, route } from '../route.ts';
import { withoutAbsent } from './without-absent.ts';

export const roleRoutes: readonly Route[] = [
  route(contract.listRolesRoute, async (call) => {
    const own = await readAsTenant(call.context.database, call.tenantId, listCustomRoles);
    return { status: 200, body: { data: [...builtInRoles.map(renderBuiltInRole), ...own.map(renderRole)] } };
  }),

  route(contract.createRoleRoute, (call) => {
    const { name, description = null, permissions } = call.body;
    return createRole(call, { name, description, permissions });
  }),

  route(contract.readRoleRoute, async (call) => {
    const id = call.id('customRole');
    const found = await readAsTenant(call.context.database, call.tenantId, (sql) => findCustomRole(sql, id));
    if (!found) throw new DomainError('not_found', 'unknown role');
    return { status: 200, body: renderRole(found) };
  }),

  route(contract.changeRoleRoute, (call) => {
    const { name, description, permissions } = call.body;
    return changeRole(call, call.id('customRole'), withoutAbsent({ name, description, permissions }));
  }),

  route(contract.deleteRoleRoute, (call) => deleteRole(call, call.id('customRole'))),
];
