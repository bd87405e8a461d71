import type { TenantId } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/instant.ts';
import { invariant } from '../../../domain/invariant.ts';
import { type TenantDatabase, type TenantTransaction, withTenant } from '../../with-tenant.ts';
import type { TenantStatus } from '../load-subscription.ts';

/**
 * What a report is told by. It has one `now`: the tenant's test clock, else PostgreSQL's. A subscription whose own clock has
 * run ahead counts by its present state; what it did after the report's `now` enters when the tenant's clock gets there.
 */
export interface ReportScope {
  now: Instant;
  /** The tenant's, in whose days a report counts. */
  zone: string;
  /** Its tenant is not active: nothing new is charged. */
  isHeld: boolean;
}

interface ScopeRow {
  zone: string | null;
  status: TenantStatus;
  frozenAt: Instant | null;
}

/** All its statements see one instant, so that the figures of a report agree with each other. */
export function withReport<T>(
  database: TenantDatabase,
  tenantId: TenantId,
  read: (tx: TenantTransaction, scope: ReportScope) => Promise<T>,
): Promise<T> {
  const work = async (tx: TenantTransaction): Promise<T> => {
    const [row] = await tx.sql<ScopeRow[]>`
      select t.settings ->> 'timezone' as zone, t.status, k.frozen_at
      from tenants t left join test_clocks k on k.tenant_id = t.tenant_id and k.scope = 'tenant'
      where t.tenant_id = ${tenantId}`;
    invariant(row, 'a principal has a tenant');
    const { zone, status, frozenAt } = row;
    return read(tx, { now: frozenAt ?? tx.now, zone: zone ?? 'UTC', isHeld: status !== 'active' });
  };
  return withTenant(database, tenantId, work, { isOneInstant: true });
}
