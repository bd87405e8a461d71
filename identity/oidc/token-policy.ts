import { errors, type KoaContextWithOIDC, type ResourceServer, type UnknownObject } from 'oidc-provider';
import { isPermission, type Permission, permissions } from '../../domain/access/permissions.ts';
import type { TenantId } from '../../domain/ids.ts';
import { firstPartyClientId } from '../first-party-client.ts';
import type { UserAccount } from './accounts.ts';
import { signingAlgorithm } from './signing-keys.ts';

/** Short, since nothing is asked at a call but the tenant's and role's state: what was allowed is over by then. */
export const accessTokenSeconds = 300;

type Client = KoaContextWithOIDC['oidc']['client'];

/** What a client may ask for at most. Scopes are permissions; the platform's own portals may ask for any a user has. */
function permissionsOfClient(client: Client): readonly Permission[] {
  if (client?.clientId === firstPartyClientId) return permissions;
  const allowed: unknown = client?.['redcore_permissions'];
  return Array.isArray(allowed) ? allowed.filter((name): name is Permission => isPermission(String(name))) : [];
}

/** Null for the platform's own. */
export function tenantOfClient(client: Client): TenantId | null {
  const tenantId: unknown = client?.['redcore_tenant_id'];
  return typeof tenantId === 'string' ? (tenantId as TenantId) : null;
}

function userOf(ctx: KoaContextWithOIDC): UserAccount | null {
  return (ctx.oidc.entities.Account?.['user'] as UserAccount | undefined) ?? null;
}

/**
 * The API as the one resource there is. A token for it is a JWT whose scopes are what client and, once it is known, the user's role
 * allow; where a machine names none, all of its.
 */
export function describeApi(publicUrl: string) {
  return function resourceServerInfo(ctx: KoaContextWithOIDC, resource: string, client: Client): ResourceServer {
    if (resource.replace(/\/+$/, '') !== publicUrl) throw new errors.InvalidTarget();
    const ofClient = permissionsOfClient(client);
    const { params, entities } = ctx.oidc;
    const isMachine = params?.['grant_type'] === 'client_credentials';
    if (isMachine && params !== undefined) params['scope'] ??= ofClient.join(' ') || undefined;
    const user = entities.Account ? userOf(ctx) : null;
    const allowed = user === null ? ofClient : ofClient.filter((name) => user.permissions.has(name));
    return {
      scope: allowed.join(' '),
      audience: publicUrl,
      accessTokenTTL: accessTokenSeconds,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: signingAlgorithm } },
    };
  };
}

/** Whose token it is: every one is bound to one tenant. */
export function claimsOfToken(ctx: KoaContextWithOIDC): UnknownObject | undefined {
  const user = userOf(ctx);
  if (user !== null) return { tenant_id: user.subject.tenantId, roles: [user.role] };
  const tenantId = tenantOfClient(ctx.oidc.client);
  return tenantId === null ? undefined : { tenant_id: tenantId, roles: [String(ctx.oidc.client?.['redcore_role'])] };
}

/** With a permission among its scopes a token is for the API; with none it is for the userinfo endpoint. */
export function asksForApi(scopes: ReadonlySet<string>): boolean {
  return [...scopes].some(isPermission);
}
