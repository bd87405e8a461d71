import { openDatabase } from '../db/database.ts';
import type { TenantId } from '../domain/ids.ts';
import { invariant } from '../domain/invariant.ts';
import { hashApiKeySecret, parseApiKey } from './api-key.ts';
import { createTenant, issueApiKey } from './issue-api-key.ts';

/**
 * A sandbox tenant with one administrator's key, made by the owner's role. With `apiKey` given it is idempotent:
 * the tenant that key already opens is returned unchanged, so keys stay valid over restarts.
 */
export async function provisionSandboxTenant(options: {
  ownerUrl: string;
  keySecret: string;
  tenantName: string;
  apiKey?: string;
}): Promise<{ tenantId: TenantId; apiKey: string }> {
  const { keySecret, tenantName } = options;
  const sql = openDatabase(options.ownerUrl, { max: 1, name: 'redcore-provisioning' });
  try {
    const given = options.apiKey ? parseApiKey(options.apiKey) : null;
    if (options.apiKey && given) {
      const hash = hashApiKeySecret(given.secret, keySecret);
      const [known] = await sql<{ tenantId: TenantId }[]>`
        select tenant_id from api_keys where id = ${given.id} and secret_hash = ${hash}`;
      if (known) return { tenantId: known.tenantId, apiKey: options.apiKey };
    }
    const tenantId = await createTenant(sql, { name: tenantName, mode: 'sandbox' });
    const apiKey = await issueApiKey(sql, { tenantId, role: 'admin', owner: 'provisioning', keySecret });
    invariant(apiKey, 'the tenant just made exists');
    return { tenantId, apiKey };
  } finally {
    await sql.end();
  }
}
