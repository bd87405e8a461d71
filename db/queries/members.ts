import type { InvitationId, TenantId, UserId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export interface MemberRow {
  tenantId: TenantId;
  id: UserId;
  email: string;
  name: string | null;
  role: string;
  createdAt: Instant;
  updatedAt: Instant;
}

export interface InvitationRow {
  tenantId: TenantId;
  id: InvitationId;
  email: string;
  role: string;
  tokenHash: string;
  status: 'open' | 'accepted' | 'revoked';
  invitedBy: string;
  createdAt: Instant;
  expiresAt: Instant;
  acceptedAt: Instant | null;
}

export function findMember(sql: Sql | Transaction, id: UserId): Promise<MemberRow | null> {
  return sql<MemberRow[]>`select * from memberships where id = ${id}`.then(([row]) => row ?? null);
}

export function listMembers(sql: Sql, page: PageRequest): Promise<Page<MemberRow>> {
  return sql<MemberRow[]>`select * from memberships where true
    ${page.beforeId === null ? sql`` : sql`and id < ${page.beforeId}`}
    order by id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

/** The member, and every owner: whether one is left is decided under their locks, taken in one order. */
export async function lockMemberAndOwners(
  tx: TenantTransaction,
  id: UserId,
): Promise<{ member: MemberRow | null; owners: number }> {
  const rows = await tx.sql<MemberRow[]>`
    select * from memberships where id = ${id} or role = 'owner' order by id for update`;
  return {
    member: rows.find((row) => row.id === id) ?? null,
    owners: rows.filter((row) => row.role === 'owner').length,
  };
}

export async function hasMember(tx: TenantTransaction, email: string): Promise<boolean> {
  const rows = await tx.sql`select 1 from memberships where lower(email) = lower(${email})`;
  return rows.length > 0;
}

export async function updateMemberRole(tx: TenantTransaction, id: UserId, role: string): Promise<MemberRow | null> {
  const [row] = await tx.sql<MemberRow[]>`
    update memberships set role = ${role}, updated_at = clock_timestamp() where id = ${id} returning *`;
  return row ?? null;
}

export async function deleteMember(tx: TenantTransaction, id: UserId): Promise<void> {
  await tx.sql`delete from memberships where id = ${id}`;
}

export async function insertInvitation(tx: TenantTransaction, row: InvitationRow): Promise<void> {
  await tx.sql`insert into invitations ${tx.sql(row as never)}`;
}

export async function hasOpenInvitation(tx: TenantTransaction, email: string): Promise<boolean> {
  const rows = await tx.sql`
    select 1 from invitations
    where lower(email) = lower(${email}) and status = 'open' and expires_at > clock_timestamp()`;
  return rows.length > 0;
}

export function listInvitations(sql: Sql, page: PageRequest): Promise<Page<InvitationRow>> {
  return sql<InvitationRow[]>`select * from invitations where true
    ${page.beforeId === null ? sql`` : sql`and id < ${page.beforeId}`}
    order by id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

export async function lockInvitation(tx: TenantTransaction, id: InvitationId): Promise<InvitationRow | null> {
  const [row] = await tx.sql<InvitationRow[]>`select * from invitations where id = ${id} for update`;
  return row ?? null;
}

export async function updateInvitationRevoked(tx: TenantTransaction, id: InvitationId): Promise<void> {
  await tx.sql`update invitations set status = 'revoked' where id = ${id} and status = 'open'`;
}

/** What was offered to an address and not taken yet. */
export async function updateInvitationsRevokedOf(tx: TenantTransaction, email: string): Promise<void> {
  await tx.sql`update invitations set status = 'revoked' where lower(email) = lower(${email}) and status = 'open'`;
}

export async function readTenantName(tx: TenantTransaction): Promise<string> {
  const [row] = await tx.sql<{ name: string }[]>`select name from tenants where tenant_id = ${tx.tenantId}`;
  return row?.name ?? '';
}
