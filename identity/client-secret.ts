import { randomBytes } from 'node:crypto';
import type { OauthClientId, TenantId } from '../domain/ids.ts';

/** 256 bits, spelt so that it needs no escaping in a header or a form. */
export function makeClientSecret(): string {
  return `rcs_${randomBytes(32).toString('base64url')}`;
}

/** What a sealed client secret is bound to: copied to another client's row, it does not open. */
export function clientSecretPurpose(client: { tenantId: TenantId; id: OauthClientId }): string {
  return `oauth_client/${client.tenantId}/${client.id}`;
}
