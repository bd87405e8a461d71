import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { parseId } from '../db/new-id.ts';
import { narrow } from '../domain/access/narrow.ts';
import { isPermission } from '../domain/access/permissions.ts';
import type { DomainError } from '../domain/errors.ts';
import type { TenantId, UserId } from '../domain/ids.ts';
import { assertNever } from '../domain/invariant.ts';
import { admitToTenant } from './admit-to-tenant.ts';
import type { RoleDirectory, TenantDirectory } from './directories.ts';
import { type Principal, platformScope } from './principal.ts';
import type { Place, PlaceDirectory } from './sessions/place-directory.ts';
import { parseSubject } from './subject.ts';

/** For a bearer that is no key of ours; `refusal` makes what is thrown when it opens nothing. */
export type AuthenticateToken = (token: string, refusal: () => DomainError) => Promise<Principal>;

/** Longer is none of ours. */
const tokenLengthMax = 8_192;

/** Two machines' clocks; a token from further in the future was not made by the identity service. */
const clockToleranceSeconds = 10;

/** What a token says, once its signature, issuer, audience and times are right. */
interface TokenClaims {
  kind: 'user' | 'operator' | 'oauth_client';
  actor: string;
  tenantId: TenantId;
  role: string;
  scopes: string[];
}

/** What the holder of a token is in its tenant now. */
type Standing = Pick<Place, 'role' | 'tenantStatus'>;

/**
 * Authentication by an access token (RFC 9068): checked here, without a call to anybody. The role a user has by now, what a role
 * allows and whether its tenant is active are asked anew, so that none of it has to wait for the token's end. A client that was
 * revoked, and an operator who is one no longer, go on until then, five minutes at most: the API cannot read who is an operator.
 */
export function createTokenAuthenticator(parts: {
  publicUrl: string;
  keys: JWTVerifyGetKey;
  tenants: TenantDirectory;
  roles: RoleDirectory;
  places: Pick<PlaceDirectory, 'placesOf'>;
  now?: () => Date;
}): AuthenticateToken {
  const { publicUrl, keys, tenants, roles, places, now = () => new Date() } = parts;

  async function verify(token: string): Promise<TokenClaims | null> {
    if (token.length > tokenLengthMax) return null;
    try {
      const { payload } = await jwtVerify(token, keys, {
        ...{ issuer: publicUrl, audience: publicUrl, typ: 'at+jwt', algorithms: ['RS256'] },
        requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'tenant_id'],
        clockTolerance: clockToleranceSeconds,
        currentDate: now(),
      });
      const latest = now().getTime() / 1_000 + clockToleranceSeconds;
      return (payload.iat ?? Number.POSITIVE_INFINITY) > latest ? null : claimsOf(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
      throw error;
    }
  }

  /** Null where there is no such tenant any more, or the user has no place in it. */
  async function standingOf({ kind, actor, tenantId, role }: TokenClaims): Promise<Standing | null> {
    switch (kind) {
      case 'operator':
        return { role, tenantStatus: 'active' };
      case 'user':
        return (await places.placesOf(actor as UserId)).find((place) => place.tenantId === tenantId) ?? null;
      case 'oauth_client': {
        const facts = await tenants.find(tenantId);
        return facts && { role, tenantStatus: facts.status };
      }
      default:
        return assertNever(kind);
    }
  }

  return async (token, refusal) => {
    const claims = await verify(token);
    const standing = claims && (await standingOf(claims));
    if (claims === null || standing === null || standing.tenantStatus === 'deleted') throw refusal();
    const { kind, actor, tenantId, scopes } = claims;
    const { role, tenantStatus } = standing;
    const allowed = await roles.permissionsOf(tenantId, role);
    return {
      ...{ tenantId, kind, actor, role, customerId: null },
      permissions: admitToTenant(tenantStatus, narrow(allowed, scopes.filter(isPermission))),
    };
  };
}

/** Null where the token is signed by us, and yet not about anybody. */
function claimsOf(payload: JWTPayload): TokenClaims | null {
  const { sub = '', client_id: clientId, tenant_id: tenant, roles, scope } = payload as Record<string, unknown>;
  const [role] = Array.isArray(roles) ? (roles as unknown[]) : [];
  if (typeof role !== 'string' || typeof tenant !== 'string' || typeof sub !== 'string') return null;
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  const subject = parseSubject(sub);
  if (subject !== null && subject.tenantId === tenant) {
    const kind = subject.tenantId === platformScope ? 'operator' : 'user';
    return { kind, actor: subject.userId, tenantId: subject.tenantId, role, scopes };
  }
  const tenantId = parseId('tenant', tenant);
  const client = parseId('oauthClient', sub);
  if (tenantId === null || client === null || client !== clientId) return null;
  return { kind: 'oauth_client', actor: client, tenantId, role, scopes };
}
