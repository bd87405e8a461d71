import type { Answer } from '../../contracts/answer.ts';
import { lockWebhook, sendWebhookAgain } from '../../db/queries/webhooks.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { DomainError } from '../../domain/errors.ts';
import type { EventId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { notificationConsumer } from '../provider-facts/apply-provider-fact.ts';
import { renderWebhook } from './render-webhook.ts';

/** An operator has a notification handled again, from the relay on. The provider is asked anew, so that is harmless. Audited. */
export function replayWebhook(context: BillingContext, call: Call, id: EventId): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  return answerOnce(context.database, tenantId, claim, async (tx) => {
    const webhook = await lockWebhook(tx, id);
    if (!webhook) throw new DomainError('not_found', 'unknown notification');
    if (webhook.status === 'received')
      throw new DomainError('invalid_state', 'This notification is on its way already.', { status: webhook.status });
    await sendWebhookAgain(tx, { id, consumer: notificationConsumer });
    const details = { provider_event_id: webhook.providerEventId, status: webhook.status, error: webhook.error };
    await insertAudits(tx, caller, [{ action: 'webhook.replayed', resourceId: id, details }]);
    return { status: 202, body: renderWebhook({ ...webhook, status: 'received', error: null, processedAt: null }) };
  });
}
