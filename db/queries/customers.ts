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
  /** A language tag; null: as the customer's browser asks for. */
  language: string | null;
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

export interface CustomerFilter {
  email?: string;
  status?: CustomerRow['status'];
  /** What the name or the e-mail begins with, in small letters or capitals. */
  text?: string;
}

export function listCustomers(sql: Sql, filter: CustomerFilter, page: PageRequest): Promise<Page<CustomerRow>> {
  const { email, status, text } = filter;
  const wanted = sql`
    ${email === undefined ? sql`` : sql`and email = ${email}`}
    ${status === undefined ? sql`` : sql`and status = ${status}`}
    ${page.beforeId === null ? sql`` : sql`and id < ${page.beforeId}`}`;
  const newest = sql`order by id desc limit ${page.limit + 1}`;
  const rows =
    text === undefined
      ? sql<CustomerRow[]>`select * from customers where true ${wanted} ${newest}`
      : sql<CustomerRow[]>`
        with found as materialized (select distinct id from find_customers_by_text(${text}, ${foundMax + 1})),
             few as materialized (select count(*) <= ${foundMax} as are_found from found)
        select * from (
          (select customer.* from (select id from found order by id desc) one
             cross join lateral (select * from customers where id = one.id ${wanted} limit 1) customer
           where (select are_found from few) ${newest})
          union all
          (select * from customers where not (select are_found from few) ${wanted} and (${beginsWith(sql, text)}) ${newest})
        ) listed order by id desc`;
  return rows.then((found) => pageFrom(found, page.limit));
}

/** Of more than these so many are wanted that a walk from the newest on soon has a page full; fewer are found by index and sorted. */
const foundMax = 5_000;

/** As the function find_customers_by_text compares. */
function beginsWith(sql: Sql, text: string) {
  const like = (column: 'name' | 'email') => sql`
    starts_with(lower(${sql(column)} collate "und-x-icu"), lower(${text}::text collate "und-x-icu"))`;
  return sql`${like('name')} or ${like('email')}`;
}

export async function insertCustomer(tx: TenantTransaction, customer: CustomerRow): Promise<void> {
  await tx.sql`insert into customers ${tx.sql(customer as never)}`;
}

const changeable = [
  'email',
  'name',
  'timezone',
  'country',
  'language',
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
