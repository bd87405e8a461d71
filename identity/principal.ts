import type { Permission } from '../domain/access/permissions.ts';
import type { CustomerId, TenantId } from '../domain/ids.ts';
import type { OpenSession } from './sessions/session.ts';

/** Where an operator stands before entering a tenant, and where what concerns the platform itself is audited: no tenant's id. */
export const platformScope = 'platform' as TenantId;

/** Who speaks, for which tenant, and what that may do there. */
export interface Principal {
  tenantId: TenantId;
  kind: 'api_key' | 'oauth_client' | 'user' | 'customer' | 'operator';
  /** The id of the key, client, user or customer: the actor of audit rows. */
  actor: string;
  /** Built-in, or the id of a tenant's own. */
  role: string;
  /** The role's, narrowed by the scopes of key or token. */
  permissions: ReadonlySet<Permission>;
  /** Set for a customer, who may see this one alone. */
  customerId: CustomerId | null;
  /** Set where a cookie spoke. */
  session?: OpenSession;
}

/** What a request shows of its sender. */
export interface Credentials {
  method: string;
  /** By its name in lower case. */
  header(name: string): string | undefined;
}

/** Throws `unauthorized` without saying which part was wrong, `cross_site_request`, or `tenant_suspended`. */
export type Authenticate = (credentials: Credentials) => Principal | Promise<Principal>;
