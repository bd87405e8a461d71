import type { Answer } from '../../contracts/answer.ts';
import {
  accountPurpose,
  lockProviderAccount,
  type ProviderAccountRow,
  readTenantMode,
  saveProviderAccount,
} from '../../db/queries/provider-accounts.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { describeChange } from '../../domain/describe-change.ts';
import { accountModeOf, type ProviderName } from '../../domain/payments/provider-name.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { accountFieldsOf, refuseUnfitAccount } from './account-fields.ts';
import { openCredentials, renderAccount } from './render-account.ts';
import { wakeWaiting } from './wake-waiting.ts';

/** Absent members stay as they are; `credentials` and `settings` are each replaced as a whole. */
export interface PutAccountInput {
  credentials?: Record<string, string>;
  settings?: Record<string, string>;
  accountRef?: string | null;
}

/**
 * The tenant's account at a provider, in the mode the tenant has. New credentials make it active: whether the provider takes them
 * is seen at the next call, or at once by `checkAccount`. What waited for them is woken.
 */
export async function putAccount(
  context: BillingContext,
  call: Call,
  provider: ProviderName,
  input: PutAccountInput,
): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  const { sealer } = context;
  const answer = await answerOnce(context.database, tenantId, claim, async (tx) => {
    accountFieldsOf(provider);
    const mode = accountModeOf(await readTenantMode(tx));
    const stored = await lockProviderAccount(tx, provider);
    const credentials = input.credentials ?? (stored ? openCredentials(stored, sealer) : {});
    const settings = input.settings ?? stored?.settings ?? {};
    const { allowsLocalProviders } = context;
    refuseUnfitAccount({ provider, mode, credentials, settings, allowsLocalProviders });
    const sealing = sealer.seal(JSON.stringify(credentials), accountPurpose({ tenantId, provider, mode }));
    const saved = await saveProviderAccount(tx, {
      ...{ tenantId, provider, mode, settings },
      accountRef: input.accountRef === undefined ? (stored?.accountRef ?? null) : input.accountRef,
      ...stateOf(stored, input),
      credentials: sealing.sealed,
      sealedBy: sealing.sealedBy,
    });
    const changed = (['credentials', 'settings', 'accountRef'] as const).filter((part) => input[part] !== undefined);
    const { before, after } = describeChange<Partial<ProviderAccountRow>>(stored ?? {}, saved, [
      'settings',
      'accountRef',
      'status',
    ]);
    const details = { mode, changed, created: stored === null, before, after };
    await insertAudits(tx, caller, [{ action: 'provider_account.put', resourceId: provider, details }]);
    return { status: 200, body: renderAccount(saved, sealer) };
  });
  if (answer.status === 200 && !answer.replayed) await wakeWaiting(context, call, provider);
  return answer;
}

function stateOf(
  stored: ProviderAccountRow | null,
  input: PutAccountInput,
): Pick<ProviderAccountRow, 'status' | 'statusReason'> {
  const isKept = stored !== null && stored.status !== 'disabled' && input.credentials === undefined;
  return isKept
    ? { status: stored.status, statusReason: stored.statusReason }
    : { status: 'active', statusReason: null };
}
