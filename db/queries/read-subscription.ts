import type { Anchor } from '../../domain/calendar/anchor.ts';
import type { SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Price } from '../../domain/pricing/price.ts';
import type { Sql, Statement } from '../database.ts';
import { readAsTenant, type TenantDatabase } from '../with-tenant.ts';
import type { SubscriptionRow } from './billing-rows.ts';

export interface Joined extends SubscriptionRow {
  priceVersion: number;
  priceModel: 'flat' | 'per_unit';
  priceAmountMinor: number;
  intervalUnit: Price['interval']['unit'];
  intervalCount: number;
  planName: string;
  anchorDate: string | null;
  anchorTime: string;
  anchorZone: string;
}

/** A row with what its next charge is computed from. */
export interface SubscriptionRead {
  sub: SubscriptionRow;
  planName: string;
  price: Price;
  anchor: (Anchor & { ordinal: number }) | null;
}

/** In one statement and one round trip. */
export async function readSubscriptionRows(
  database: TenantDatabase,
  tenantId: TenantId,
  id: SubscriptionId,
): Promise<SubscriptionRead | null> {
  const [row] = await readAsTenant(database, tenantId, (sql) =>
    selectSubscriptions(sql, sql`select * from subscriptions where tenant_id = ${tenantId} and id = ${id}`),
  );
  return row ? readOf(row) : null;
}

/** The subscriptions of a query, newest first, joined with what `readOf` takes. */
export function selectSubscriptions(sql: Sql, wanted: Statement): Promise<Joined[]> {
  return sql<Joined[]>`
    select s.*, r.version as price_version, r.model as price_model, r.amount_minor as price_amount_minor, r.interval_unit,
           r.interval_count, p.name as plan_name, a.local_date as anchor_date, a.local_time as anchor_time, a.zone as anchor_zone
    from (${wanted}) s
    join prices r on r.tenant_id = s.tenant_id and r.id = s.price_id
    join plans p on p.tenant_id = s.tenant_id and p.id = s.plan_id
    left join lateral (
      select * from subscription_anchors where tenant_id = s.tenant_id and subscription_id = s.id
      order by ordinal desc limit 1) a on true
    order by s.id desc`.then((rows) => [...rows]);
}

export function readOf(row: Joined): SubscriptionRead {
  const price: Price = {
    id: row.priceId,
    planId: row.planId,
    version: row.priceVersion,
    model: row.priceModel,
    amountMinor: row.priceAmountMinor,
    currency: row.currency,
    interval: { unit: row.intervalUnit, count: row.intervalCount },
  };
  const anchor =
    row.anchorDate === null
      ? null
      : { localDate: row.anchorDate, localTime: row.anchorTime, zone: row.anchorZone, ordinal: 0 };
  return { sub: row, planName: row.planName, price, anchor };
}
