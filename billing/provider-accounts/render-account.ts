import type { ProviderAccountBody } from '../../contracts/rest/provider-accounts.ts';
import { accountPurpose, type ProviderAccountRow } from '../../db/queries/provider-accounts.ts';
import { toIso } from '../../domain/instant.ts';
import type { ProviderName } from '../../domain/payments/provider-name.ts';
import type { Sealer } from '../../runtime/sealer.ts';

const tailCharacters = 4;
/** A tail of anything shorter would tell too much of it. */
const shownFromCharacters = 16;

/** Never a secret: which are set, and the end of each, by which its owner knows it. */
export function renderAccount(row: ProviderAccountRow, sealer: Sealer): ProviderAccountBody {
  const credentials = Object.entries(openCredentials(row, sealer)).map(
    ([name, value]) => [name, maskSecret(value)] as const,
  );
  return {
    provider: row.provider as ProviderName,
    mode: row.mode,
    status: row.status,
    status_reason: row.statusReason,
    account_ref: row.accountRef,
    credentials: Object.fromEntries(credentials),
    settings: row.settings,
    created_at: toIso(row.createdAt),
    updated_at: toIso(row.updatedAt),
  };
}

export function openCredentials(row: ProviderAccountRow, sealer: Sealer): Record<string, string> {
  const text = sealer.open({ sealed: row.credentials, sealedBy: row.sealedBy }, accountPurpose(row));
  return JSON.parse(text) as Record<string, string>;
}

function maskSecret(secret: string): string {
  return secret.length < shownFromCharacters ? '…' : `…${secret.slice(-tailCharacters)}`;
}
