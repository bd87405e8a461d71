import type { Permission } from '../../domain/access/permissions.ts';
import type { ApiKeyId, CustomRoleId, OauthClientId, TenantId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';

/** How keys are made, and who remembers keys and roles: the identity room's, given by the process. */
export interface AccessParts {
  /** `text` is shown once; of its secret only the keyed hash is kept. */
  makeKey(mode: 'sandbox' | 'live'): { id: ApiKeyId; text: string; secretHash: string };
  /** After the commit, so that no process finds what was kept of it before; what each remembers itself lasts 2 s. */
  forgetKey(id: ApiKeyId): Promise<void>;
  forgetClient(tenantId: TenantId, id: OauthClientId): Promise<void>;
  forgetRole(tenantId: TenantId, id: CustomRoleId): Promise<void>;
}

/** A call about who may do what, by somebody who can give no more than what is his own. */
export interface AccessCall extends Call {
  context: BillingContext;
  access: AccessParts;
  principal: { permissions: ReadonlySet<Permission> };
}
