import type { Sql } from '../../db/database.ts';
import type { Permission } from '../../domain/access/permissions.ts';
import { rolePermissions } from '../../domain/access/roles.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type Instant, SECOND_MS } from '../../domain/instant.ts';
import { platformScope } from '../principal.ts';
import { parseSubject, type Subject } from '../subject.ts';
import { permissionsOfRole } from './permissions-of-role.ts';

/** A user in one tenant, or an operator before entering any, as tokens tell of them. */
export interface UserAccount {
  subject: Subject;
  email: string;
  name: string | null;
  role: string;
  permissions: ReadonlySet<Permission>;
  passwordChangedAt: Instant | null;
}

interface PlaceRow {
  email: string;
  name: string | null;
  isOperator: boolean;
  passwordChangedAt: Instant | null;
  role: string | null;
}

/** Null unless the user may sign in, and has a place in that tenant, and the tenant is active. */
export async function findUserAccount(sql: Sql, text: string): Promise<UserAccount | null> {
  const subject = parseSubject(text);
  if (subject === null) return null;
  const { userId, tenantId } = subject;
  const [row] = await sql<PlaceRow[]>`
    select u.email, u.name, u.is_operator, u.password_changed_at,
           (select m.role from find_memberships(u.id) m where m.tenant_id = ${tenantId} and m.tenant_status = 'active') as role
    from identity.users u where u.id = ${userId} and u.status = 'active'`;
  if (row === undefined) return null;
  const role = tenantId === platformScope ? (row.isOperator ? 'operator' : null) : row.role;
  if (role === null) return null;
  const { email, name, passwordChangedAt } = row;
  return { subject, email, name, passwordChangedAt, role, permissions: await permissionsAt(sql, tenantId, role) };
}

async function permissionsAt(sql: Sql, tenantId: TenantId, role: string): Promise<ReadonlySet<Permission>> {
  return tenantId === platformScope ? rolePermissions.operator : permissionsOfRole(sql, tenantId, role);
}

/** Whether a session or token, by its whole second, was made by a password that is another now. */
export function isOlderThanPassword(madeSeconds: number | undefined, { passwordChangedAt }: UserAccount): boolean {
  return passwordChangedAt !== null && (madeSeconds ?? 0) * SECOND_MS < passwordChangedAt;
}

/** When a login counts as made, in whole seconds: not before the password it was made by, should that be of the same second. */
export function loginSecondsOf({ passwordChangedAt }: UserAccount, now: Instant): number {
  return Math.max(Math.floor(now / SECOND_MS), Math.ceil((passwordChangedAt ?? 0) / SECOND_MS));
}
