import type { Sealer } from '../../runtime/sealer.ts';
import type { Sql } from '../database.ts';
import { type WebhookEndpointRow, webhookPurpose } from './configured-endpoints.ts';
import { accountPurpose, type ProviderAccountRow } from './provider-accounts.ts';

const pageSize = 200;

export interface Resealed {
  accounts: number;
  endpoints: number;
}

/**
 * Seals anew, with the key in front, whatever an older one sealed. As the owner, each row under its lock, so that a secret that is
 * being replaced is neither lost nor brought back. Throws where a row names a key that is not configured.
 */
export async function resealOlder(owner: Sql, sealer: Sealer): Promise<Resealed> {
  return { accounts: await resealAccounts(owner, sealer), endpoints: await resealEndpoints(owner, sealer) };
}

async function resealAccounts(owner: Sql, sealer: Sealer): Promise<number> {
  const current = sealer.seal('', '').sealedBy;
  for (let count = 0; ; ) {
    const done = await owner.begin(async (sql) => {
      const rows = await sql<ProviderAccountRow[]>`
        select * from provider_accounts where sealed_by <> ${current} limit ${pageSize} for update`;
      for (const row of rows) {
        const purpose = accountPurpose(row);
        const text = sealer.open({ sealed: row.credentials, sealedBy: row.sealedBy }, purpose);
        const { sealed, sealedBy } = sealer.seal(text, purpose);
        await sql`update provider_accounts set credentials = ${Buffer.from(sealed)}, sealed_by = ${sealedBy}
          where tenant_id = ${row.tenantId} and provider = ${row.provider} and mode = ${row.mode}`;
      }
      return rows.length;
    });
    count += done;
    if (done < pageSize) return count;
  }
}

async function resealEndpoints(owner: Sql, sealer: Sealer): Promise<number> {
  const current = sealer.seal('', '').sealedBy;
  for (let count = 0; ; ) {
    const done = await owner.begin(async (sql) => {
      const rows = await sql<WebhookEndpointRow[]>`
        select * from webhook_endpoints where sealed_by <> ${current} limit ${pageSize} for update`;
      for (const row of rows) {
        const purpose = webhookPurpose(row);
        const text = sealer.open({ sealed: row.secret, sealedBy: row.sealedBy }, purpose);
        const { sealed, sealedBy } = sealer.seal(text, purpose);
        await sql`update webhook_endpoints set secret = ${Buffer.from(sealed)}, sealed_by = ${sealedBy}
          where tenant_id = ${row.tenantId} and id = ${row.id}`;
      }
      return rows.length;
    });
    count += done;
    if (done < pageSize) return count;
  }
}
