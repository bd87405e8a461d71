import { z } from 'zod';
import { permissions } from '../../domain/access/permissions.ts';
import { customRolePermissions } from '../../domain/access/roles.ts';
import { bodyOf, emptyBody, instantOut, textUpTo } from './fields.ts';
import { defineRoute } from './route.ts';

const tag = 'Access';

const permission = z.enum(permissions);

const role = z
  .object({
    role_id: z.string().meta({ description: 'A built-in role’s name, or `role_…`.', examples: ['finance'] }),
    name: z.string(),
    description: z.string().nullable(),
    built_in: z.boolean(),
    permissions: z.array(permission),
    created_at: instantOut.nullable().meta({ description: 'Null of a built-in one.' }),
    updated_at: instantOut.nullable(),
  })
  .meta({ id: 'Role', description: 'A set of permissions under a name.' });

export type RoleBody = z.input<typeof role>;

const roles = '/roles';
const oneRole = `${roles}/{role_id}` as const;
const roleAnswer = { 200: { description: 'The role.', schema: role } };

const name = textUpTo(60);
const description = textUpTo(500).nullable().optional();
const allowed = z
  .array(z.enum(customRolePermissions))
  .min(1)
  .max(customRolePermissions.length)
  .meta({ description: 'None but those the caller holds.' });

export const listRolesRoute = defineRoute({
  method: 'get',
  path: roles,
  permission: 'users:read',
  tag,
  summary: 'List the roles there are: those built in, then the tenant’s own by name',
  answers: { 200: { description: 'All of them.', schema: z.object({ data: z.array(role) }) } },
});

export const createRoleRoute = defineRoute({
  method: 'post',
  path: roles,
  permission: 'roles:write',
  tag,
  summary: 'Make a role of the tenant’s own',
  body: bodyOf({ name, description, permissions: allowed }),
  answers: { 201: { description: 'The role.', schema: role } },
  refusals: ['forbidden', 'already_exists', 'quota_reached', 'card_number_refused'],
});

export const readRoleRoute = defineRoute({
  method: 'get',
  path: oneRole,
  permission: 'users:read',
  tag,
  summary: 'Read a role of the tenant’s own',
  answers: roleAnswer,
});

export const changeRoleRoute = defineRoute({
  method: 'put',
  path: oneRole,
  permission: 'roles:write',
  tag,
  summary: 'Replace what a role is called and allows; everybody who has it is allowed that within 5 s',
  body: bodyOf({ name: name.optional(), description, permissions: allowed.optional() }),
  answers: roleAnswer,
  refusals: ['already_exists', 'invalid_state', 'card_number_refused'],
});

export const deleteRoleRoute = defineRoute({
  method: 'delete',
  path: oneRole,
  permission: 'roles:write',
  tag,
  summary: 'Delete a role nobody has',
  body: emptyBody,
  answers: roleAnswer,
  refusals: ['forbidden', 'invalid_state'],
});
