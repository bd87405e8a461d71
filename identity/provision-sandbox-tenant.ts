import postgres from 'postgres';
import { newId } from '../db/new-id.ts';
import type { TenantId } from '../domain/ids.ts';
import { hashApiKeySecret, makeApiKey, parseApiKey } from './api-key.ts';

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
  const sql = postgres(options.ownerUrl, { max: 1, onnotice: () => {} });
  try {
    const given = options.apiKey ? parseApiKey(options.apiKey) : null;
    if (options.apiKey && given) {
      const hash = hashApiKeySecret(given.secret, options.keySecret);
      const [known] = await sql`select tenant_id from api_keys where id = ${given.id} and secret_hash = ${hash}`;
      if (known) return { tenantId: known['tenant_id'] as TenantId, apiKey: options.apiKey };
    }
    const tenantId = newId('tenant');
    const key = makeApiKey('sandbox');
    await sql.begin(async (tx) => {
      await tx`insert into tenants (tenant_id, name, mode) values (${tenantId}, ${options.tenantName}, 'sandbox')`;
      await tx`insert into invoice_counters (tenant_id, last_number) values (${tenantId}, 0)`;
      await tx`insert into api_keys (tenant_id, id, secret_hash, owner, role)
        values (${tenantId}, ${key.id}, ${hashApiKeySecret(key.secret, options.keySecret)}, 'provisioning', 'admin')`;
      await tx`insert into audit_log (tenant_id, id, at, actor, action, resource_id)
        values (${tenantId}, ${newId('event')}, now(), 'operator', 'tenant.provisioned', ${tenantId})`;
    });
    return { tenantId, apiKey: key.text };
  } finally {
    await sql.end();
  }
}
