import type { Claim } from '../db/queries/idempotency-keys.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Caller } from './context.ts';

/** One call of the REST API, authenticated and bound to its tenant. */
export interface Call {
  tenantId: TenantId;
  caller: Caller;
  claim: Claim | null;
}
