import { openDatabase } from '../db/database.ts';
import type { TenantId } from '../domain/ids.ts';
import { isOauthClientOf, issueOauthClient } from '../identity/issue-oauth-client.ts';
import { createSealer } from '../runtime/sealer.ts';
import { type Secrets, saveSecrets } from './secrets.ts';

/** A machine of the demo tenant that signs in by OAuth2; one once handed out is handed out again. */
export async function provisionDemoClient(options: {
  ownerUrl: string;
  dataDir: string;
  secrets: Secrets;
  tenantId: string;
}): Promise<{ id: string; secret: string }> {
  const { ownerUrl, dataDir, secrets } = options;
  const tenantId = options.tenantId as TenantId;
  const sql = openDatabase(ownerUrl, { max: 1, name: 'redcore-provisioning' });
  try {
    const known = secrets.oauthClients?.['Demo'];
    if (known && (await isOauthClientOf(sql, tenantId, known.id))) return known;
    const sealer = createSealer([{ name: 'local', secret: secrets.sealSecret }]);
    const made = await issueOauthClient(sql, { tenantId, name: 'Demo machine', role: 'admin', sealer });
    secrets.oauthClients = { ...secrets.oauthClients, Demo: made };
    // Kept at once: its secret is in the database only sealed.
    saveSecrets(dataDir, secrets);
    return made;
  } finally {
    await sql.end();
  }
}
