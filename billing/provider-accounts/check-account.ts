import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { Answer } from '../../contracts/answer.ts';
import { newId } from '../../db/new-id.ts';
import {
  lockProviderAccount,
  type ProviderAccountRow,
  saveProviderAccount,
} from '../../db/queries/provider-accounts.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import type { TenantTransaction } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { ProviderName } from '../../domain/payments/provider-name.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerAroundCall } from '../idempotency/answer-around-call.ts';
import { renderAccount } from './render-account.ts';
import { wakeWaiting } from './wake-waiting.ts';

const timeoutMs = 10_000;

/**
 * Asks the provider something harmless with the tenant's credentials. An account whose credentials were refused counts as active
 * meanwhile, with its reason kept; if the process dies here, the next call says again what is true.
 */
export async function checkAccount(context: BillingContext, call: Call, provider: ProviderName): Promise<Answer> {
  let becameActive = false;
  const answer = await answerAroundCall(context, call, {
    check: async (tx) => {
      const stored = await usableAccount(tx, provider);
      if (stored.status === 'credentials_refused') await saveProviderAccount(tx, { ...bare(stored), status: 'active' });
    },
    ask: () => askHarmlessly(context, call, provider),
    settle: async (tx, isAccepted) => {
      const stored = await usableAccount(tx, provider);
      becameActive = isAccepted && stored.statusReason !== null;
      const checked = becameActive
        ? await saveProviderAccount(tx, { ...bare(stored), status: 'active', statusReason: null })
        : stored;
      const details = { before: { status: stored.status }, after: { status: checked.status } };
      await insertAudits(tx, call.caller, [{ action: 'provider_account.checked', resourceId: provider, details }]);
      return { status: 200, body: renderAccount(checked, context.sealer) };
    },
  });
  if (becameActive) await wakeWaiting(context, call, provider);
  return answer;
}

async function usableAccount(tx: TenantTransaction, provider: ProviderName): Promise<ProviderAccountRow> {
  const stored = await lockProviderAccount(tx, provider);
  if (!stored) throw new DomainError('not_found', 'no account at this provider');
  if (stored.status !== 'disabled') return stored;
  throw notConfigured('The account at this provider is disabled.', {});
}

function notConfigured(text: string, details: Record<string, unknown>): DomainError {
  return new DomainError('provider_not_configured', text, { field: 'provider', ...details });
}

function bare({ createdAt: _created, updatedAt: _updated, ...stored }: ProviderAccountRow) {
  return stored;
}

/** False where the provider refuses the credentials, which whoever watches its calls has written down by then. */
async function askHarmlessly(context: BillingContext, { tenantId }: Call, name: ProviderName): Promise<boolean> {
  const provider = context.provider(name);
  try {
    if (provider.capabilities.listCharges) await provider.listCharges({ tenantId, limit: 1 });
    else {
      const attemptId = newId('attempt');
      await provider.lookUp({ tenantId, attemptId, providerChargeId: null, firstSentAt: new Date(), timeoutMs });
    }
    return true;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.code === 'credentials_refused') return false;
    const { message: reason } = error;
    if (error.code === 'not_configured')
      throw notConfigured('The account at this provider cannot be used.', { reason });
    throw new DomainError('provider_unavailable', 'The payment provider did not answer; try again.');
  }
}
