import type { PlanId, PriceId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';

/** A plan as stored. */
export interface PlanRow {
  tenantId: TenantId;
  id: PlanId;
  name: string;
  description: string | null;
  planGroup: string | null;
  status: 'active' | 'archived';
  currentPriceId: PriceId;
  trialPeriodDays: number;
  maxSubscriptions: number | null;
  maxPerCustomer: number | null;
  metadata: Record<string, string>;
  createdAt: Instant;
  updatedAt: Instant;
}

/** A version of a plan's price; rows are only ever inserted. */
export interface PriceRow {
  tenantId: TenantId;
  id: PriceId;
  planId: PlanId;
  version: number;
  model: 'flat' | 'per_unit';
  amountMinor: number;
  currency: string;
  intervalUnit: 'day' | 'week' | 'month' | 'year';
  intervalCount: number;
  createdAt: Instant;
}

export type PlanWithPrice = PlanRow & {
  priceVersion: number;
} & Pick<PriceRow, 'model' | 'amountMinor' | 'currency' | 'intervalUnit' | 'intervalCount'>;

const priced = (sql: Sql | Transaction) => sql`
  select p.*, r.version as price_version, r.model, r.amount_minor, r.currency, r.interval_unit, r.interval_count
  from plans p join prices r on r.tenant_id = p.tenant_id and r.id = p.current_price_id`;

export function findPlan(sql: Sql | Transaction, id: PlanId): Promise<PlanWithPrice | null> {
  return sql<PlanWithPrice[]>`${priced(sql)} where p.id = ${id}`.then(([row]) => row ?? null);
}

/** Read after the lock: a join within the locking statement would still see the price of before the wait, and lose the row. */
export async function lockPlan(tx: TenantTransaction, id: PlanId): Promise<PlanWithPrice | null> {
  await tx.sql`select 1 from plans where id = ${id} for no key update`;
  return findPlan(tx.sql, id);
}

export function listPlans(
  sql: Sql,
  filter: { status?: PlanRow['status'] },
  page: PageRequest,
): Promise<Page<PlanWithPrice>> {
  return sql<PlanWithPrice[]>`${priced(sql)} where true
    ${filter.status === undefined ? sql`` : sql`and p.status = ${filter.status}`}
    ${page.beforeId === null ? sql`` : sql`and p.id < ${page.beforeId}`}
    order by p.id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

export async function insertPlan(tx: TenantTransaction, plan: PlanRow, price: PriceRow): Promise<void> {
  const { sql } = tx;
  await Promise.all([
    sql`insert into plans ${sql(plan as never)}`.execute(),
    sql`insert into prices ${sql(price as never)}`.execute(),
  ]);
}

export async function insertPrice(tx: TenantTransaction, price: PriceRow): Promise<void> {
  await tx.sql`insert into prices ${tx.sql(price as never)}`;
}

const changeable = [
  'name',
  'description',
  'status',
  'currentPriceId',
  'trialPeriodDays',
  'maxSubscriptions',
  'maxPerCustomer',
  'metadata',
  'updatedAt',
] as const satisfies readonly (keyof PlanRow)[];

export async function updatePlan(tx: TenantTransaction, plan: PlanRow): Promise<void> {
  const { sql } = tx;
  await sql`update plans set ${sql(plan as never, changeable as never)}
    where tenant_id = ${plan.tenantId} and id = ${plan.id}`;
}
