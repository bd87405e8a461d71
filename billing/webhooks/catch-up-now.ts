import type { Answer } from '../../contracts/answer.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { type Instant, toIso } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerAroundCall } from '../idempotency/answer-around-call.ts';
import { refuseAsProvider } from '../provider-accounts/refuse-as-provider.ts';
import { catchUpWebhooks } from './catch-up-webhooks.ts';

/** An operator does not wait for the timer, or doubts more than the last interval. Audited. */
export function catchUpNow(context: BillingContext, call: Call, since: Instant | null): Promise<Answer> {
  return answerAroundCall(context, call, {
    check: async () => undefined,
    ask: () => catchUpWebhooks(context, call.tenantId, { since }).catch(refuseAsProvider),
    settle: async (tx, endpoints) => {
      const details = { since: since === null ? null : toIso(since), endpoints };
      await insertAudits(tx, call.caller, [{ action: 'webhook.caught_up', resourceId: call.tenantId, details }]);
      return { status: 200, body: { endpoints } };
    },
  });
}
