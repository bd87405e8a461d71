import type { CustomerId, PaymentMethodId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

export interface CustomerRow {
  tenantId: TenantId;
  id: CustomerId;
  email: string;
  name: string | null;
  timezone: string;
  country: string | null;
  status: 'active' | 'inactive';
  defaultPaymentMethodId: PaymentMethodId | null;
  metadata: Record<string, string>;
  createdAt: Instant;
  updatedAt: Instant;
}

export function findCustomer(sql: Sql | Transaction, id: CustomerId): Promise<CustomerRow | null> {
  return sql<CustomerRow[]>`select * from customers where id = ${id}`.then(([row]) => row ?? null);
}

export async function lockCustomer(tx: TenantTransaction, id: CustomerId): Promise<CustomerRow | null> {
  const [row] = await tx.sql<CustomerRow[]>`select * from customers where id = ${id} for no key update`;
  return row ?? null;
}

export function listCustomers(
  sql: Sql,
  filter: { email?: string; status?: CustomerRow['status'] },
  page: PageRequest,
): Promise<Page<CustomerRow>> {
  return sql<CustomerRow[]>`select * from customers where true
    ${filter.email === undefined ? sql`` : sql`and email = ${filter.email}`}
    ${filter.status === undefined ? sql`` : sql`and status = ${filter.status}`}
    ${page.beforeId === null ? sql`` : sql`and id < ${page.beforeId}`}
    order by id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

export async function insertCustomer(tx: TenantTransaction, customer: CustomerRow): Promise<void> {
  await tx.sql`insert into customers ${tx.sql(customer as never)}`;
}

const changeable = [
  'email',
  'name',
  'timezone',
  'country',
  'status',
  'defaultPaymentMethodId',
  'metadata',
  'updatedAt',
] as const satisfies readonly (keyof CustomerRow)[];

export function updateCustomer(tx: TenantTransaction, customer: CustomerRow): void {
  const { sql } = tx;
  tx.alongside(sql`update customers set ${sql(customer as never, changeable as never)}
    where tenant_id = ${customer.tenantId} and id = ${customer.id}`);
}
