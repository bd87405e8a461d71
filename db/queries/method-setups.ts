import type { CustomerId, MethodSetupId, PaymentMethodId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';

export interface MethodSetupRow {
  tenantId: TenantId;
  id: MethodSetupId;
  customerId: CustomerId;
  provider: string;
  status: 'open' | 'completed' | 'failed' | 'expired';
  providerSetupId: string | null;
  url: string | null;
  returnUrl: string;
  makeDefault: 'yes' | 'no' | 'if_first';
  paymentMethodId: PaymentMethodId | null;
  message: string | null;
  createdAt: Instant;
  expiresAt: Instant;
  settledAt: Instant | null;
}

/** By our own id, or by the provider's where an event names only that. */
export interface SetupKey {
  provider: string;
  setupId: MethodSetupId | null;
  providerSetupId: string | null;
}

export async function findMethodSetup(sql: Sql | Transaction, key: SetupKey): Promise<MethodSetupRow | null> {
  const { provider, setupId, providerSetupId } = key;
  const [row] = await sql<MethodSetupRow[]>`
    select * from method_setups
    where provider = ${provider} and (id = ${setupId} or provider_setup_id = ${providerSetupId}) limit 1`;
  return row ?? null;
}

export async function lockMethodSetup(tx: TenantTransaction, id: MethodSetupId): Promise<MethodSetupRow | null> {
  const [row] = await tx.sql<MethodSetupRow[]>`select * from method_setups where id = ${id} for update`;
  return row ?? null;
}

export async function insertMethodSetup(tx: TenantTransaction, row: MethodSetupRow): Promise<void> {
  await tx.sql`insert into method_setups ${tx.sql(row as never)}`;
}

const changeable = [
  'status',
  'providerSetupId',
  'url',
  'paymentMethodId',
  'message',
  'settledAt',
] as const satisfies readonly (keyof MethodSetupRow)[];

export async function updateMethodSetup(tx: TenantTransaction, row: MethodSetupRow): Promise<void> {
  const { sql } = tx;
  await sql`update method_setups set ${sql(row as never, changeable as never)}
    where tenant_id = ${row.tenantId} and id = ${row.id}`;
}
