import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { parseId } from '../db/new-id.ts';
import { narrow } from '../domain/access/narrow.ts';
import { isPermission } from '../domain/access/permissions.ts';
import type { DomainError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { admitToTenant } from './admit-to-tenant.ts';
import type { RoleDirectory, TenantDirectory, TenantFacts } from './directories.ts';
import { type Principal, platformScope } from './principal.ts';
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

/**
 * Authentication by an access token (RFC 9068): checked here, without a call to anybody. What its role allows and whether its
 * tenant is active are asked anew, so that neither has to wait for the token's end.
 */
export function createTokenAuthenticator(parts: {
  publicUrl: string;
  keys: JWTVerifyGetKey;
  tenants: TenantDirectory;
  roles: RoleDirectory;
  now?: () => Date;
}): AuthenticateToken {
  const { publicUrl, keys, tenants, roles, now = () => new Date() } = parts;

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

  /** Null where there is no such tenant any more. */
  async function statusOf(tenantId: TenantId): Promise<TenantFacts['status'] | null> {
    if (tenantId === platformScope) return 'active';
    const facts = await tenants.find(tenantId);
    return facts === null || facts.status === 'deleted' ? null : facts.status;
  }

  return async (token, refusal) => {
    const claims = await verify(token);
    if (claims === null) throw refusal();
    const { kind, actor, tenantId, role, scopes } = claims;
    const [status, allowed] = await Promise.all([statusOf(tenantId), roles.permissionsOf(tenantId, role)]);
    if (status === null) throw refusal();
    return {
      ...{ tenantId, kind, actor, role, customerId: null },
      permissions: admitToTenant(status, narrow(allowed, scopes.filter(isPermission))),
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
