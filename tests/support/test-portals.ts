import { createMemoryShortLivedStore } from '../../adapters/short-lived/memory-short-lived-store.ts';
import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import type { Sql } from '../../db/database.ts';
import type { CustomerId, TenantId, UserId } from '../../domain/ids.ts';
import { createPortalParts, type PortalParts } from '../../identity/portal-parts.ts';
import { platformScope } from '../../identity/principal.ts';
import { createRoleDirectory } from '../../identity/role-directory.ts';
import { sessionCookie } from '../../identity/sessions/cookie.ts';
import type { SessionHolder } from '../../identity/sessions/session.ts';
import { type RelyingParty, SignInUnavailableError } from '../../identity/sign-in/relying-party.ts';

export const testPublicUrl = 'https://redcore.example';

const noIdentityService = async () => {
  throw new SignInUnavailableError(new Error('no identity service here'));
};

/** Portals over a store in memory, where nobody signs in but by `openSession`. */
export function openTestPortals(
  sql: Sql,
  given: { store?: ShortLivedStore; now?: () => number; party?: RelyingParty; publicUrl?: string } = {},
): PortalParts {
  const { store = createMemoryShortLivedStore(given.now), now, publicUrl = testPublicUrl } = given;
  const party = given.party ?? { begin: noIdentityService, finish: noIdentityService, signOutUrl: noIdentityService };
  const roles = createRoleDirectory({ database: { sql } });
  return createPortalParts({ store, database: { sql }, roles, party, publicUrl, now });
}

/** A session as signing in would begin it; what a browser then sends. */
async function openSession(
  portals: PortalParts,
  holder: SessionHolder,
  place: { tenantId: TenantId; role: string },
): Promise<{ cookie: string; secret: string }> {
  const from = { ipAddress: '192.0.2.1', userAgent: 'test', returnUrl: null };
  const begun = { holder, ...place, ...from, authenticatedAt: Number.POSITIVE_INFINITY };
  const session = await portals.sessions.start(begun);
  if (session?.newSecret == null) throw new Error('the session did not begin');
  return { secret: session.newSecret, cookie: cookieOf(session.newSecret) };
}

export function cookieOf(secret: string): string {
  return `${sessionCookie}=${secret}`;
}

export async function openOperatorSession(portals: PortalParts, owner: Sql, userId: UserId) {
  await insertAccount(owner, userId, true);
  return openSession(portals, { kind: 'operator', userId }, { tenantId: platformScope, role: 'operator' });
}

async function insertAccount(owner: Sql, userId: UserId, isOperator: boolean): Promise<void> {
  await owner`insert into identity.users (id, email, name, is_operator)
    values (${userId}, ${`${userId}@people.example`}, 'A User', ${isOperator}) on conflict do nothing`;
}

export const openCustomerSession = (portals: PortalParts, tenantId: TenantId, customerId: string) =>
  openSession(
    portals,
    { kind: 'customer', tenantId, customerId: customerId as CustomerId },
    { tenantId, role: 'customer' },
  );

/** A user of a tenant, with a session there. */
export async function openUserSession(
  portals: PortalParts,
  owner: Sql,
  place: { userId: UserId; tenantId: TenantId; role: string },
) {
  const { userId, tenantId, role } = place;
  await insertAccount(owner, userId, false);
  await owner`insert into memberships (tenant_id, id, email, name, role)
    values (${tenantId}, ${userId}, 'user@example.com', 'A User', ${role}) on conflict do nothing`;
  return openSession(portals, { kind: 'user', userId }, { tenantId, role });
}

/** What a browser says with a call of a page of ours. */
export const sameOrigin = { 'sec-fetch-site': 'same-origin' } as const;
