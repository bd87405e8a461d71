import { parseId } from '../db/new-id.ts';
import type { TenantId, UserId } from '../domain/ids.ts';
import { platformScope } from './principal.ts';

/** Who a token or an identity provider's session is about: a user in one tenant, or an operator before entering any. */
export interface Subject {
  userId: UserId;
  tenantId: TenantId;
}

/** `usr_….ten_…`, or `usr_….platform`: the `sub` of tokens, so that each of them is bound to one tenant. */
export function spellSubject({ userId, tenantId }: Subject): string {
  return `${userId}.${tenantId}`;
}

export function parseSubject(text: string): Subject | null {
  const [user = '', tenant = ''] = text.split('.');
  const userId = parseId('user', user);
  const tenantId = tenant === platformScope ? platformScope : parseId('tenant', tenant);
  return userId && tenantId ? { userId, tenantId } : null;
}
