import type { Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import type { PlatformTenant } from './platform-tenant.ts';

/** So many ended subscriptions of one customer, the newest first; nothing is due of them. */
export async function seedLongList(owner: Sql, tenant: PlatformTenant, count: number): Promise<string[]> {
  const planId = await tenant.makePlan({ name: 'Long list' });
  const customerId = await tenant.makeCustomer();
  const { tenantId } = tenant;
  const ids = Array.from({ length: count }, () => newId('subscription')).sort();
  await owner`
    insert into subscriptions (tenant_id, id, customer_id, plan_id, price_id, quantity, currency, timezone, status,
                               starts_at, canceled_at, next_kind, next_at, wake_at)
    select ${tenantId}, seeded.id, ${customerId}, p.id, p.current_price_id, 1, 'USD', 'UTC', 'canceled',
           now(), now(), 'none', 'infinity', 'infinity'
    from unnest(${ids}::text[]) as seeded(id), plans p where p.tenant_id = ${tenantId} and p.id = ${planId}`;
  return ids.reverse();
}
