import type { Answer } from '../../contracts/answer.ts';
import { accountPurpose, lockProviderAccount, saveProviderAccount } from '../../db/queries/provider-accounts.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ProviderName } from '../../domain/payments/provider-name.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { renderAccount } from './render-account.ts';

/** Nothing is asked of the provider any more, and the credentials are gone: what is due waits until there is an account again. */
export function disableAccount(context: BillingContext, call: Call, provider: ProviderName): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  const { sealer } = context;
  return answerOnce(context.database, tenantId, claim, async (tx) => {
    const stored = await lockProviderAccount(tx, provider);
    if (!stored) throw new DomainError('not_found', 'no account at this provider');
    if (stored.status === 'disabled') return { status: 200, body: renderAccount(stored, sealer) };
    const { sealed, sealedBy } = sealer.seal('{}', accountPurpose(stored));
    const { mode, accountRef, settings } = stored;
    const saved = await saveProviderAccount(tx, {
      ...{ tenantId, provider, mode, accountRef, settings, credentials: sealed, sealedBy },
      ...{ status: 'disabled', statusReason: null },
    });
    const details = { mode: stored.mode, before: { status: stored.status }, after: { status: 'disabled' } };
    await insertAudits(tx, caller, [{ action: 'provider_account.disabled', resourceId: provider, details }]);
    return { status: 200, body: renderAccount(saved, sealer) };
  });
}
