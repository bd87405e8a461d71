import type { Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import type { CustomerId, PlanId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';

export interface SeededSubscription {
  tenantId: TenantId;
  id: SubscriptionId;
  customerId: CustomerId;
  planId: PlanId;
}

interface Seed {
  wakeAt?: Instant;
  status?: string;
  parkedAt?: Instant;
  hasOpenWork?: boolean;
}

type SeededList<Seeds extends readonly Seed[]> = { [Index in keyof Seeds]: SeededSubscription };

/** Bare rows of one new tenant, written by the owner: for tests of what only looks at dates and states. */
export async function seedSubscriptions<const Seeds extends readonly Seed[]>(
  owner: Sql,
  seeds: Seeds,
): Promise<SeededList<Seeds>> {
  const [tenantId, customerId, planId, priceId] = [newId('tenant'), newId('customer'), newId('plan'), newId('price')];
  await owner`insert into tenants (tenant_id, name, mode) values (${tenantId}, 'seeded', 'sandbox')`;
  await owner`insert into customers (tenant_id, id, email) values (${tenantId}, ${customerId}, 'seeded@example.com')`;
  await owner`insert into plans (tenant_id, id, name, current_price_id) values (${tenantId}, ${planId}, 'Pro', ${priceId})`;
  await owner`insert into prices (tenant_id, id, plan_id, version, model, amount_minor, currency, interval_unit, interval_count)
    values (${tenantId}, ${priceId}, ${planId}, 1, 'per_unit', 1999, 'USD', 'month', 1)`;
  const now = Date.now();
  const rows = seeds.map((seed) => ({
    tenantId,
    id: newId('subscription'),
    customerId,
    planId,
    priceId,
    quantity: 2,
    currency: 'USD',
    timezone: 'UTC',
    status: seed.status ?? 'active',
    startsAt: now,
    nextKind: 'renew',
    nextAt: seed.wakeAt ?? now,
    wakeAt: seed.wakeAt ?? now,
    parkedAt: seed.parkedAt ?? null,
    hasOpenWork: seed.hasOpenWork ?? false,
  }));
  await owner`insert into subscriptions ${owner(rows as never)}`;
  return rows.map(({ id }) => ({ tenantId, id, customerId, planId })) as SeededList<Seeds>;
}
