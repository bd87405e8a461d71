import type { Answer } from '../../contracts/answer.ts';
import { lockWebhook, discardWebhook as markDiscarded } from '../../db/queries/webhooks.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { DomainError } from '../../domain/errors.ts';
import type { EventId } from '../../domain/ids.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { answerOnce } from '../idempotency/answer-once.ts';
import { renderWebhook } from './render-webhook.ts';

/** An operator gives a notification up that has not been handled. It stays on record; audited with the reason. */
export function discardWebhook(
  context: BillingContext,
  call: Call,
  id: EventId,
  input: { reason: string },
): Promise<Answer> {
  const { tenantId, caller, claim } = call;
  return answerOnce(context.database, tenantId, claim, async (tx) => {
    const webhook = await lockWebhook(tx, id);
    if (!webhook) throw new DomainError('not_found', 'unknown notification');
    const { status, providerEventId, error } = webhook;
    if (status !== 'received' && status !== 'dead')
      throw new DomainError('invalid_state', 'Only a notification that has not been handled is discarded.', { status });
    await markDiscarded(tx, id);
    const details = { provider_event_id: providerEventId, status, error, reason: input.reason };
    await insertAudits(tx, caller, [{ action: 'webhook.discarded', resourceId: id, details }]);
    return { status: 200, body: renderWebhook({ ...webhook, status: 'discarded' }) };
  });
}
