import type { Permission } from '../domain/access/permissions.ts';
import type { OauthClientId, TenantId } from '../domain/ids.ts';

/** What a request needs to know of a tenant. */
export interface TenantFacts {
  mode: 'sandbox' | 'live';
  status: 'active' | 'suspended' | 'deleting' | 'deleted';
  /** As the operator set them; a missing one is the platform's default. */
  limits: Readonly<Record<string, number>>;
}

/** Tenants by id, at most 4 s old; null where there is none. */
export interface TenantDirectory {
  find(tenantId: TenantId): TenantFacts | null | Promise<TenantFacts | null>;
}

/** What a token needs to know of the client it was given to. */
export interface ClientFacts {
  role: string;
  /** Null: all the role allows. */
  scopes: Permission[] | null;
  tenantStatus: TenantFacts['status'];
}

/** Clients that are not revoked, at most 4 s old; null where there is none in that tenant. */
export interface ClientDirectory {
  find(tenantId: TenantId, id: OauthClientId): ClientFacts | null | Promise<ClientFacts | null>;
}

/** What a role allows in a tenant, at most 4 s old; nothing where there is no such role. */
export interface RoleDirectory {
  permissionsOf(tenantId: TenantId, role: string): ReadonlySet<Permission> | Promise<ReadonlySet<Permission>>;
}
