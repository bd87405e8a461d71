import { writeAudit } from '../../db/queries/audit-log.ts';
import { findCustomer } from '../../db/queries/customers.ts';
import { type TenantDatabase, withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomerId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { PortalLinks } from './portal-links.ts';

/** A link for one customer, audited; what it opens is in no row and under no idempotency key. */
export function openPortal(
  { database, links }: { database: TenantDatabase; links: PortalLinks },
  asked: {
    tenantId: TenantId;
    customerId: CustomerId;
    returnUrl: string | null;
    actor: string;
    requestId: string | null;
    ipAddress: string | null;
  },
): Promise<{ url: string; expiresAt: Instant }> {
  const { tenantId, customerId, returnUrl, actor, requestId, ipAddress } = asked;
  return withTenant(database, tenantId, async ({ sql }) => {
    const customer = await findCustomer(sql, customerId);
    if (!customer) throw new DomainError('not_found', 'unknown customer');
    if (customer.status !== 'active') throw new DomainError('customer_inactive', 'The customer is inactive.');
    const resourceId = customerId as string;
    const entry = { tenantId, actor, action: 'portal_session.created', resourceId, requestId, ipAddress };
    await writeAudit(sql, { ...entry, details: {} });
    return links.make({ tenantId, customerId, returnUrl, madeBy: actor });
  });
}
