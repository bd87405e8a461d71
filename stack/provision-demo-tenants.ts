import type { TenantId } from '../domain/ids.ts';
import { invariant } from '../domain/invariant.ts';
import { provisionSandboxTenant } from '../identity/provision-sandbox-tenant.ts';
import { shopName } from './demo/shop.ts';
import { type Secrets, saveSecrets } from './secrets.ts';

const tenantNames = ['Demo', 'Demo B', shopName] as const;

interface ProvisionedTenant {
  tenantId: TenantId;
  apiKey: string;
}

/** Two empty sandbox tenants and the demo's business, with an administrator's key each; a key once handed out is handed out again. */
export async function provisionDemoTenants(options: {
  ownerUrl: string;
  dataDir: string;
  secrets: Secrets;
}): Promise<{ first: ProvisionedTenant; second: ProvisionedTenant; shop: ProvisionedTenant }> {
  const { ownerUrl, dataDir, secrets } = options;
  const provisioned: ProvisionedTenant[] = [];
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
  const [first, second, shop] = provisioned;
  invariant(first && second && shop, 'all tenants are there');
  return { first, second, shop };
}
