import type { SessionInListBody, WhoAmIBody } from '../../contracts/rest/sessions.ts';
import { findCustomer } from '../../db/queries/customers.ts';
import { readSessionFacts } from '../../db/queries/session-facts.ts';
import { readAsTenant, type TenantDatabase } from '../../db/with-tenant.ts';
import { permissions } from '../../domain/access/permissions.ts';
import { toIso } from '../../domain/instant.ts';
import type { PortalParts } from '../../identity/portal-parts.ts';
import { type Principal, platformScope } from '../../identity/principal.ts';
import { absoluteMs } from '../../identity/sessions/session.ts';
import type { ListedSession } from '../../identity/sessions/session-records.ts';

export async function renderWhoAmI(
  { database, portals }: { database: TenantDatabase; portals: PortalParts },
  principal: Principal,
): Promise<WhoAmIBody> {
  const { tenantId, kind, actor, role, customerId, session } = principal;
  const holder = session?.record.holder;
  const isInTenant = tenantId !== platformScope;
  const [facts, customer, places] = await Promise.all([
    isInTenant ? readAsTenant(database, tenantId, (sql) => readSessionFacts(sql, { tenantId, userId: actor })) : null,
    customerId ? readAsTenant(database, tenantId, (sql) => findCustomer(sql, customerId)) : null,
    holder?.kind === 'user' ? portals.places.placesOf(holder.userId) : [],
  ]);
  const entered = isInTenant ? (session?.record.entered ?? null) : null;
  return {
    kind,
    session_id: session?.record.id ?? null,
    actor,
    email: customer?.email ?? facts?.userEmail ?? null,
    name: customer?.name ?? facts?.userName ?? null,
    language: customer?.language ?? null,
    timezone: customer?.timezone ?? null,
    tenant: facts && {
      ...{ tenant_id: tenantId, name: facts.name, mode: facts.mode, status: facts.status },
      ...{ help_url: facts.helpUrl, support_url: facts.supportUrl },
    },
    role,
    permissions: permissions.filter((permission) => principal.permissions.has(permission)),
    places: places.map((place) => ({
      tenant_id: place.tenantId,
      name: place.tenantName,
      mode: place.tenantMode,
      status: place.tenantStatus,
      role: place.role,
    })),
    entered: entered && { reason: entered.reason, until: toIso(entered.until) },
    origin: new URL(portals.publicUrl).origin,
    return_url: session?.record.returnUrl ?? null,
    expires_at: session ? toIso(session.record.startedAt + absoluteMs) : null,
  };
}

export function renderSessionInList({ record, lastSeenAt }: ListedSession, currentId: string): SessionInListBody {
  return {
    session_id: record.id,
    is_current: record.id === currentId,
    tenant_id: record.tenantId === platformScope ? null : record.tenantId,
    started_at: toIso(record.startedAt),
    last_seen_at: toIso(lastSeenAt),
    ip_address: record.ipAddress,
    user_agent: record.userAgent,
  };
}
