import type { TenantId } from '../domain/ids.ts';
import { invariant } from '../domain/invariant.ts';
import { provisionSandboxTenant } from '../identity/provision-sandbox-tenant.ts';
import { type Secrets, saveSecrets } from './secrets.ts';

const tenantNames = ['Demo', 'Demo B'] as const;

/** Two sandbox tenants with an administrator's key each; a key once handed out is handed out again. */
export async function provisionDemoTenants(options: {
  ownerUrl: string;
  dataDir: string;
  secrets: Secrets;
}): Promise<{ tenantId: TenantId; apiKey: string; apiKeyB: string }> {
  const { ownerUrl, dataDir, secrets } = options;
  const provisioned: { tenantId: TenantId; apiKey: string }[] = [];
  for (const tenantName of tenantNames) {
    const known = secrets.apiKeys[tenantName];
    const tenant = await provisionSandboxTenant({
      ownerUrl,
      keySecret: secrets.keySecret,
      tenantName,
      ...(known === undefined ? {} : { apiKey: known }),
    });
    provisioned.push(tenant);
    secrets.apiKeys[tenantName] = tenant.apiKey;
    // Kept at once: a key that is in the database but nowhere else would be lost.
    saveSecrets(dataDir, secrets);
  }
  const [first, second] = provisioned;
  invariant(first && second, 'both tenants are there');
  return { tenantId: first.tenantId, apiKey: first.apiKey, apiKeyB: second.apiKey };
}
