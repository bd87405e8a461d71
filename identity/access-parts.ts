import type { ApiKeyId, CustomRoleId, OauthClientId, TenantId } from '../domain/ids.ts';
import { hashApiKeySecret, makeApiKey } from './api-key.ts';
import { keyCacheName } from './authenticate-api-key.ts';
import type { SharedCache } from './cached-look-up.ts';
import { clientCacheName } from './client-directory.ts';
import { roleCacheName } from './role-directory.ts';

/** What changes of keys and roles need of the identity room: how a key is made, and what processes remember of both. */
export function createAccessParts(parts: { keySecret: string; shared?: SharedCache }) {
  return {
    makeKey(mode: 'sandbox' | 'live') {
      const { id, text, secret } = makeApiKey(mode);
      return { id, text, secretHash: hashApiKeySecret(secret, parts.keySecret) };
    },
    async forgetKey(id: ApiKeyId): Promise<void> {
      await parts.shared?.delete(keyCacheName(id));
    },
    async forgetClient(tenantId: TenantId, id: OauthClientId): Promise<void> {
      await parts.shared?.delete(clientCacheName(tenantId, id));
    },
    async forgetRole(tenantId: TenantId, id: CustomRoleId): Promise<void> {
      await parts.shared?.delete(roleCacheName(tenantId, id));
    },
  };
}
