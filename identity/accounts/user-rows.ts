import type { Sql, Transaction } from '../../db/database.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';

export interface UserRow {
  id: UserId;
  email: string;
  name: string | null;
  passwordHash: string | null;
  passwordChangedAt: Instant | null;
  totpSecret: Uint8Array | null;
  sealedBy: string | null;
  totpEnabledAt: Instant | null;
  totpLastStep: number | null;
  isOperator: boolean;
  status: 'active' | 'disabled';
  createdAt: Instant;
  lastLoginAt: Instant | null;
}

/** Where a user may go: a tenant, in a role there. */
export interface Place {
  tenantId: TenantId;
  tenantName: string;
  tenantMode: 'sandbox' | 'live';
  tenantStatus: 'active' | 'suspended' | 'deleting';
  role: string;
}

export async function findUserByEmail(sql: Sql | Transaction, email: string): Promise<UserRow | null> {
  const [row] = await sql<UserRow[]>`select * from identity.users where lower(email) = lower(${email})`;
  return row ?? null;
}

export async function findUser(sql: Sql | Transaction, id: UserId): Promise<UserRow | null> {
  const [row] = await sql<UserRow[]>`select * from identity.users where id = ${id}`;
  return row ?? null;
}

export async function lockUser(tx: Transaction, id: UserId): Promise<UserRow | null> {
  const [row] = await tx<UserRow[]>`select * from identity.users where id = ${id} for update`;
  return row ?? null;
}

/** Of every tenant that is not gone; sign-in takes only those that are active. */
export function listPlaces(sql: Sql | Transaction, id: UserId): Promise<Place[]> {
  return sql<Place[]>`select * from find_memberships(${id}) order by tenant_name, tenant_id`.then((rows) => [...rows]);
}
