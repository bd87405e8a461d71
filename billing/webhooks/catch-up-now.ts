import { ProviderError } from '../../adapters/payments/provider-error.ts';
import type { Answer } from '../../contracts/answer.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { DomainError } from '../../domain/errors.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerAroundCall } from '../idempotency/answer-around-call.ts';
import { catchUpWebhooks } from './catch-up-webhooks.ts';

/** An operator does not wait for the timer, or doubts more than the last interval. Audited. */
export function catchUpNow(context: BillingContext, call: Call, since: Instant | null): Promise<Answer> {
  return answerAroundCall(context, call, {
    check: async () => undefined,
    ask: () => catchUpWebhooks(context, call.tenantId, { since }).catch(refuse),
    settle: async (tx, endpoints) => {
      const details = { since: since === null ? null : toIso(since), endpoints };
      await insertAudits(tx, call.caller, [{ action: 'webhook.caught_up', resourceId: call.tenantId, details }]);
      return { status: 200, body: { endpoints } };
    },
  });
}

function refuse(error: unknown): never {
  if (!(error instanceof ProviderError)) throw error;
  if (error.code === 'not_configured')
    throw new DomainError('provider_not_configured', 'An endpoint’s provider has no active account.');
  if (error.code === 'credentials_refused')
    throw new DomainError('provider_credentials_refused', 'A provider refuses the credentials of its account.');
  throw new DomainError('provider_unavailable', 'A provider cannot be asked now; try again.');
}
