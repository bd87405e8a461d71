import type { Permission } from '../domain/access/permissions.ts';
import type { TenantId } from '../domain/ids.ts';

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

/** What a role allows in a tenant, at most 4 s old; nothing where there is no such role. */
export interface RoleDirectory {
  permissionsOf(tenantId: TenantId, role: string): ReadonlySet<Permission> | Promise<ReadonlySet<Permission>>;
}
