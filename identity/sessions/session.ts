import type { CustomerId, SessionId, TenantId, UserId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';

/** Whose a session is. An operator belongs to no tenant; a customer to one. */
export type SessionHolder =
  | { kind: 'user' | 'operator'; userId: UserId }
  | { kind: 'customer'; tenantId: TenantId; customerId: CustomerId };

/** What a session is from one change of its secret to the next: nothing of it is written in place. */
export interface SessionRecord {
  /** Public: names the session in lists, opens nothing, stays when the secret changes. */
  id: SessionId;
  holder: SessionHolder;
  /** Where its calls act: a tenant, or the platform's scope. */
  tenantId: TenantId;
  role: string;
  /** An operator inside a tenant, and until when. */
  entered: { reason: string; until: Instant } | null;
  startedAt: Instant;
  ipAddress: string | null;
  userAgent: string | null;
  /** Where a customer came from and goes back to. */
  returnUrl: string | null;
  /** Of a customer's: the user, key or client who made the link that opened it. */
  linkMadeBy?: string | null;
}

/** A session as a request presents it. */
export interface OpenSession {
  record: SessionRecord;
  secretHash: string;
  lastSeenAt: Instant;
  /** Its secret has been replaced: it still answers calls that were under way, and changes nothing. */
  isFading: boolean;
  /** Set where this call changed the secret: goes to the browser with the answer. */
  newSecret: string | null;
}

/** The last sign-in was longer ago than this: the session is over, whatever happened in it. */
export const absoluteMs = 12 * 60 * 60_000;
/** No call for this long: over. */
export const idleMs = 30 * 60_000;

export function holderKey(holder: SessionHolder): string {
  return holder.kind === 'customer' ? `customer:${holder.tenantId}:${holder.customerId}` : `user:${holder.userId}`;
}
