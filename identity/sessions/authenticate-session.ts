import type { TenantDatabase } from '../../db/with-tenant.ts';
import { asPerson } from '../../domain/access/as-person.ts';
import { rolePermissions } from '../../domain/access/roles.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { assertNever } from '../../domain/invariant.ts';
import { admitToTenant } from '../admit-to-tenant.ts';
import { denyingAs, nameDenied } from '../denied-by.ts';
import type { RoleDirectory } from '../directories.ts';
import { type Authenticate, type Principal, platformScope } from '../principal.ts';
import { auditSession } from './audit-session.ts';
import { readCookie, sessionCookie } from './cookie.ts';
import type { Place, PlaceDirectory } from './place-directory.ts';
import { refuseCrossSite } from './refuse-cross-site.ts';
import type { OpenSession, SessionRecord } from './session.ts';
import type { SessionStore } from './session-store.ts';

/** Null for a call without a session's cookie. */
export type AuthenticateSession = (...call: Parameters<Authenticate>) => null | Promise<Principal>;

export type PrincipalOf = (session: OpenSession) => Promise<Principal>;

const refusal = () => new DomainError('unauthorized', 'The session is over: sign in again.');

const actorOf = ({ holder }: SessionRecord): string => (holder.kind === 'customer' ? holder.customerId : holder.userId);

/** Outside every tenant an operator administers tenants and reads the platform's own audit, no more. */
const onPlatform = new Set(['tenants:manage', 'audit:read'] as const);

/**
 * A session as a principal. What its holder may do is looked up anew, at most two seconds ago: the record says who signed in, not
 * what that is still worth. A role that has changed since gives the session another secret.
 */
export function createSessionPrincipals(parts: {
  database: TenantDatabase;
  sessions: SessionStore;
  places: PlaceDirectory;
  roles: RoleDirectory;
  now?: () => Instant;
}): PrincipalOf {
  const { database, sessions, places, roles, now = Date.now } = parts;

  async function asUser(session: OpenSession, { tenantId, role, tenantStatus }: Place): Promise<Principal> {
    const { record } = session;
    const rotated = record.role === role ? null : await sessions.rotate(session, { role });
    const actor = actorOf(record);
    const allowed = asPerson(await roles.permissionsOf(tenantId, role));
    const permissions = denyingAs({ tenantId, actor }, () => admitToTenant(tenantStatus, allowed));
    return { tenantId, kind: 'user', actor, role, permissions, customerId: null, session: rotated ?? session };
  }

  /** Of who has no place any more: should they get one again, it does not come back. Told once, by the call that ended it. */
  async function end({ record }: OpenSession, by: 'place_gone' | 'operator_removed' | 'customer_gone'): Promise<never> {
    const hasEnded = await sessions.end(record.holder, record.id);
    const entry = { tenantId: record.tenantId, action: 'session.ended', requestId: null, ipAddress: null };
    if (hasEnded) await auditSession(database, record, { ...entry, details: { by } });
    throw nameDenied(refusal(), { tenantId: record.tenantId, actor: actorOf(record) });
  }

  return async (session) => {
    const { holder, tenantId, entered } = session.record;
    switch (holder.kind) {
      case 'user': {
        const place = (await places.placesOf(holder.userId)).find((one) => one.tenantId === tenantId);
        if (!place) return end(session, 'place_gone');
        return asUser(session, place);
      }
      case 'operator': {
        const account = await places.accountOf(holder.userId);
        if (account?.isOperator !== true) return end(session, 'operator_removed');
        const isInside = entered !== null && entered.until > now();
        return {
          ...{ kind: 'operator', actor: holder.userId, role: 'operator', customerId: null, session },
          tenantId: isInside ? tenantId : platformScope,
          permissions: isInside ? rolePermissions.operator : onPlatform,
        };
      }
      case 'customer': {
        const standing = await places.standingOf(holder.tenantId, holder.customerId);
        if (standing?.status !== 'active') return end(session, 'customer_gone');
        const { tenantId: ofTenant, customerId } = holder;
        const permissions = denyingAs({ tenantId: ofTenant, actor: customerId }, () =>
          admitToTenant(standing.tenantStatus, rolePermissions.customer),
        );
        return {
          ...{ tenantId: ofTenant, kind: 'customer', actor: customerId, role: 'customer', permissions, customerId },
          session,
        };
      }
      default:
        return assertNever(holder);
    }
  };
}

/** For calls by cookie; what they change must come from a page of ours. */
export function createSessionAuthenticator(parts: {
  sessions: SessionStore;
  principalOf: PrincipalOf;
  publicUrl: string;
}): AuthenticateSession {
  const publicOrigin = new URL(parts.publicUrl).origin;
  return (credentials) => {
    const secret = readCookie(credentials.header('cookie'), sessionCookie);
    if (secret === null) return null;
    refuseCrossSite(credentials, publicOrigin);
    return parts.sessions.find(secret).then((session) => {
      if (session === null) throw refusal();
      return parts.principalOf(session);
    });
  };
}
