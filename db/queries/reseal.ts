import type { Sealer } from '../../runtime/sealer.ts';
import type { Sql } from '../database.ts';
import { webhookPurpose } from './configured-endpoints.ts';
import { oauthClientPurpose } from './oauth-clients.ts';
import { accountPurpose } from './provider-accounts.ts';
import { signingKeyPurpose, totpPurpose } from './sealed-identity.ts';

const pageSize = 200;

type Row = Record<string, unknown>;

/** Where a secret lies sealed beside its `sealed_by`. */
interface Place {
  table: string;
  column: string;
  /** Of its primary key; in JavaScript's names. */
  keys: readonly string[];
  purposeOf: (row: never) => string;
}

const places = {
  'provider accounts': {
    ...{ table: 'provider_accounts', column: 'credentials', keys: ['tenantId', 'provider', 'mode'] },
    purposeOf: accountPurpose,
  },
  'webhook endpoints': {
    ...{ table: 'webhook_endpoints', column: 'secret', keys: ['tenantId', 'id'] },
    purposeOf: webhookPurpose,
  },
  'OAuth2 clients': {
    ...{ table: 'oauth_clients', column: 'secret', keys: ['tenantId', 'id'] },
    purposeOf: oauthClientPurpose,
  },
  'secrets for one-time codes': {
    ...{ table: 'identity.users', column: 'totp_secret', keys: ['id'] },
    purposeOf: totpPurpose,
  },
  'signing keys': {
    ...{ table: 'identity.signing_keys', column: 'private_jwk', keys: ['id'] },
    purposeOf: signingKeyPurpose,
  },
} as const satisfies Record<string, Place>;

/** How many of each. */
export type Resealed = Record<keyof typeof places, number>;

/**
 * Seals anew, with the key in front, whatever an older one sealed. As the owner, each row under its lock, so that a secret that is
 * being replaced is neither lost nor brought back. Throws where a row names a key that is not configured.
 */
export async function resealOlder(owner: Sql, sealer: Sealer): Promise<Resealed> {
  const counts: [string, number][] = [];
  for (const [name, place] of Object.entries(places)) counts.push([name, await resealPlace(owner, sealer, place)]);
  return Object.fromEntries(counts) as Resealed;
}

async function resealPlace(owner: Sql, sealer: Sealer, place: Place): Promise<number> {
  for (let count = 0; ; ) {
    const done = await resealPage(owner, sealer, place);
    count += done;
    if (done < pageSize) return count;
  }
}

function resealPage(owner: Sql, sealer: Sealer, { table, column, keys, purposeOf }: Place): Promise<number> {
  const current = sealer.seal('', '').sealedBy;
  return owner.begin(async (sql) => {
    const rows = await sql<Row[]>`
      select ${sql([...keys])}, sealed_by, ${sql(column)} as sealed from ${sql(table)}
      where sealed_by <> ${current} limit ${pageSize} for update`;
    for (const row of rows) {
      const purpose = purposeOf(row as never);
      const text = sealer.open({ sealed: row['sealed'] as Uint8Array, sealedBy: String(row['sealedBy']) }, purpose);
      const { sealed, sealedBy } = sealer.seal(text, purpose);
      const named = keys.map((key) => sql`and ${sql(key)} = ${String(row[key])}`);
      await sql`update ${sql(table)} set ${sql(column)} = ${Buffer.from(sealed)}, sealed_by = ${sealedBy} where true ${named}`;
    }
    return rows.length;
  });
}
