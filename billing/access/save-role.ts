import type { Answer } from '../../contracts/answer.ts';
import type { RoleBody } from '../../contracts/rest/roles.ts';
import { newId } from '../../db/new-id.ts';
import {
  type CustomRoleRow,
  countCustomRoles,
  deleteCustomRole,
  findRoleOfName,
  insertCustomRole,
  isRoleInUse,
  lockCustomRole,
  updateCustomRole,
} from '../../db/queries/custom-roles.ts';
import { lockTenantLimits } from '../../db/queries/tenant-limits.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import { type BuiltInRole, isBuiltInRole, rolePermissions } from '../../domain/access/roles.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomRoleId } from '../../domain/ids.ts';
import { toIso } from '../../domain/instant.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import type { AccessCall } from './access-call.ts';
import { inOrder, refuseBeyondHeld } from './grant.ts';
import { refuseUnadministered } from './limits-of-keys.ts';

const rolesMax = 50;

export interface RoleInput {
  name: string;
  description: string | null;
  permissions: readonly Permission[];
}

export function createRole(call: AccessCall, input: RoleInput): Promise<Answer> {
  return answerOnce(call.context.database, call.tenantId, call.claim, async (tx) => {
    refuseBeyondHeld(call.principal.permissions, input.permissions);
    await lockTenantLimits(tx);
    await refuseTakenName(tx, input.name, null);
    if ((await countCustomRoles(tx)) >= rolesMax) {
      throw new DomainError('quota_reached', `A tenant has at most ${rolesMax} roles of its own.`);
    }
    const { tenantId, now } = tx;
    const row: CustomRoleRow = {
      ...{ tenantId, id: newId('customRole'), name: input.name, description: input.description },
      ...{ permissions: inOrder(input.permissions), createdAt: now, updatedAt: now },
    };
    await insertCustomRole(tx, row);
    const details = { after: membersOf(row) };
    await insertAudits(tx, call.caller, [{ action: 'role.created', resourceId: row.id, details }]);
    return { status: 201, body: renderRole(row) };
  });
}

/** Absent members stay. Of its permissions only those that are added must be the caller's own. */
export async function changeRole(call: AccessCall, id: CustomRoleId, input: Partial<RoleInput>): Promise<Answer> {
  const answer = await answerOnce(call.context.database, call.tenantId, call.claim, async (tx) => {
    await lockTenantLimits(tx);
    const stored = await lockKnown(tx, id);
    const permissions = input.permissions === undefined ? stored.permissions : inOrder(input.permissions);
    refuseBeyondHeld(
      call.principal.permissions,
      permissions.filter((permission) => !stored.permissions.includes(permission)),
    );
    const row = { ...stored, ...input, permissions, updatedAt: tx.now };
    await refuseTakenName(tx, row.name, id);
    await updateCustomRole(tx, row);
    const lost = stored.permissions.includes('api_keys:write') && !permissions.includes('api_keys:write');
    if (lost && (await isRoleInUse(tx, id))) await refuseUnadministered(tx, null);
    const details = { before: membersOf(stored), after: membersOf(row) };
    await insertAudits(tx, call.caller, [{ action: 'role.changed', resourceId: id, details }]);
    return { status: 200, body: renderRole(row) };
  });
  await call.access.forgetRole(call.tenantId, id);
  return answer;
}

export async function deleteRole(call: AccessCall, id: CustomRoleId): Promise<Answer> {
  const answer = await answerOnce(call.context.database, call.tenantId, call.claim, async (tx) => {
    const stored = await lockKnown(tx, id);
    if (await isRoleInUse(tx, id)) {
      throw new DomainError('invalid_state', 'Members, keys, clients or open invitations have this role still.');
    }
    await deleteCustomRole(tx, id);
    const details = { before: membersOf(stored) };
    await insertAudits(tx, call.caller, [{ action: 'role.deleted', resourceId: id, details }]);
    return { status: 200, body: renderRole(stored) };
  });
  await call.access.forgetRole(call.tenantId, id);
  return answer;
}

export function renderRole(row: CustomRoleRow): RoleBody {
  return {
    role_id: row.id,
    ...membersOf(row),
    built_in: false,
    created_at: toIso(row.createdAt),
    updated_at: toIso(row.updatedAt),
  };
}

export function renderBuiltInRole(name: BuiltInRole): RoleBody {
  const permissions = inOrder([...rolePermissions[name]]);
  return { role_id: name, name, description: null, built_in: true, permissions, created_at: null, updated_at: null };
}

function membersOf({ name, description, permissions }: RoleInput) {
  return { name, description, permissions: [...permissions] };
}

async function lockKnown(tx: TenantTransaction, id: CustomRoleId): Promise<CustomRoleRow> {
  const stored = await lockCustomRole(tx, id);
  if (!stored) throw new DomainError('not_found', 'unknown role');
  return stored;
}

async function refuseTakenName(tx: TenantTransaction, name: string, ofItself: CustomRoleId | null): Promise<void> {
  const other = await findRoleOfName(tx, name);
  if ((other === null || other === ofItself) && !isBuiltInRole(name.toLowerCase())) return;
  throw new DomainError('already_exists', 'There is a role of this name already.', { field: 'name' });
}
