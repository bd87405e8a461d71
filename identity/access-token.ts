import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { parseId } from '../db/new-id.ts';
import { asPerson } from '../domain/access/as-person.ts';
import { narrow } from '../domain/access/narrow.ts';
import { isPermission, type Permission } from '../domain/access/permissions.ts';
import type { DomainError } from '../domain/errors.ts';
import type { OauthClientId, TenantId, UserId } from '../domain/ids.ts';
import { type Instant, SECOND_MS } from '../domain/instant.ts';
import { admitToTenant } from './admit-to-tenant.ts';
import { denyingAs, nameDenied } from './denied-by.ts';
import type { ClientDirectory, RoleDirectory } from './directories.ts';
import { firstPartyClientId } from './first-party-client.ts';
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
  /** The client it was given to; null for the platform's own. */
  clientId: OauthClientId | null;
  issuedAt: Instant;
}

/** What the holder of a token is in its tenant now. */
type Standing = Pick<Place, 'role' | 'tenantStatus'>;

/**
 * Authentication by an access token (RFC 9068): checked here, without a call to anybody. What its person, its client, their roles
 * and the tenant are by now is asked anew, at most four seconds old, so that none of it has to wait for the token's end.
 */
export function createTokenAuthenticator(parts: {
  publicUrl: string;
  keys: JWTVerifyGetKey;
  clients: ClientDirectory;
  roles: RoleDirectory;
  places: Pick<PlaceDirectory, 'accountOf'>;
  now?: () => Date;
}): AuthenticateToken {
  const { publicUrl, keys, clients, roles, places, now = () => new Date() } = parts;

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

  /** Null where the account is closed, has a new password since, is no operator any more, or has no place there. */
  async function standingOfPerson({ kind, actor, tenantId, role, issuedAt }: TokenClaims): Promise<Standing | null> {
    const account = await places.accountOf(actor as UserId);
    if (account === null || issuedAt < (account.passwordChangedAt ?? 0)) return null;
    if (kind === 'operator') return account.isOperator ? { role, tenantStatus: 'active' } : null;
    return account.places.find((place) => place.tenantId === tenantId) ?? null;
  }

  /** Of a person who was let in by a client both count: what the person may do now, as far as the client may do it now. */
  async function admit(
    claims: TokenClaims,
    refusal: () => DomainError,
  ): Promise<{ standing: Standing; allowed: ReadonlySet<Permission> } | null> {
    const { clientId, tenantId, kind, scopes } = claims;
    const client = clientId === null ? null : await clients.find(tenantId, clientId);
    if (clientId !== null && client === null) return null;
    const standing = kind === 'oauth_client' ? client : await standingOfPerson(claims);
    if (standing === null) return null;
    // Of a tenant that is gone nobody is told.
    if (standing.tenantStatus === 'deleted') throw refusal();
    let allowed = narrow(await roles.permissionsOf(tenantId, standing.role), scopes.filter(isPermission));
    if (client !== null) {
      const ofClient = narrow(await roles.permissionsOf(tenantId, client.role), client.scopes);
      allowed = narrow(allowed, [...ofClient]);
    }
    return { standing, allowed: kind === 'oauth_client' ? allowed : asPerson(allowed) };
  }

  return async (token, refusal) => {
    const claims = await verify(token);
    if (claims === null) throw refusal();
    const { kind, actor, tenantId } = claims;
    const admitted = await admit(claims, refusal);
    // Signed by us, so it was theirs: its client, its person or their place is gone.
    if (admitted === null) throw nameDenied(refusal(), { tenantId, actor });
    const { standing, allowed } = admitted;
    const permissions = denyingAs({ tenantId, actor }, () => admitToTenant(standing.tenantStatus, allowed));
    return { tenantId, kind, actor, role: standing.role, customerId: null, permissions };
  };
}

/** Null where the token is signed by us, and yet not about anybody. */
function claimsOf(payload: JWTPayload): TokenClaims | null {
  const { sub = '', client_id: given, tenant_id: tenant, roles, scope } = payload as Record<string, unknown>;
  const [role] = Array.isArray(roles) ? (roles as unknown[]) : [];
  if (typeof role !== 'string' || typeof tenant !== 'string' || typeof sub !== 'string') return null;
  const scopes = typeof scope === 'string' ? scope.split(' ') : [];
  const clientId = parseId('oauthClient', String(given));
  if (clientId === null && given !== firstPartyClientId) return null;
  const said = { role, scopes, clientId, issuedAt: Number(payload.iat) * SECOND_MS };
  const subject = parseSubject(sub);
  if (subject !== null && subject.tenantId === tenant) {
    const kind = subject.tenantId === platformScope ? 'operator' : 'user';
    return { ...said, kind, actor: subject.userId, tenantId: subject.tenantId };
  }
  const tenantId = parseId('tenant', tenant);
  if (tenantId === null || clientId === null || sub !== clientId) return null;
  return { ...said, kind: 'oauth_client', actor: clientId, tenantId };
}
