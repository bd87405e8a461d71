import type { AttemptRow } from '../../db/queries/billing-rows.ts';
import { loadAttempt } from '../../db/queries/load-attempt.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { AttemptId, TenantId } from '../../domain/ids.ts';
import { SECOND_MS } from '../../domain/instant.ts';
import type { BillingContext } from '../context.ts';
import { refOfPayment } from '../subscription-work/payment-work.ts';
import { type SubscriptionWork, touch } from '../subscription-work/subscription-work.ts';
import { applyFound, lookUp } from './look-up-attempt.ts';
import { changeAttempt } from './with-attempt.ts';

const askAgainMs = 5 * SECOND_MS;

/**
 * A provider says that something happened to an attempt. What happened is asked of the provider itself, so neither order nor
 * repetition of its events matters. An event about nothing of ours is only recorded as seen.
 */
export async function applyProviderEvent(
  context: BillingContext,
  event: { tenantId: TenantId; attemptId: AttemptId; consumer: string; eventId: string },
): Promise<void> {
  const { tenantId, attemptId } = event;
  const [known, readAt] = await withTenant(
    context.database,
    tenantId,
    async (tx) => [await loadAttempt(tx, attemptId), tx.now] as const,
  );
  const found = known ? await lookUp(context.provider(known.attempt.provider), known.attempt, readAt) : null;
  if (!known || found?.kind === 'not_found') {
    await withTenant(context.database, tenantId, (tx) => recordProcessed(tx, event));
    return;
  }
  const caller = { actor: `provider:${known.attempt.provider}`, origin: 'webhook' as const, requestId: null };
  const ref = { ...refOfPayment(known.payment), tenantId, attemptId, caller };
  await changeAttempt(context, ref, async (work, attempt) => {
    if (found === null) askSoon(work, attempt);
    if (!(await recordProcessed(work.tx, event))) return;
    if (found !== null) await applyFound(work, attempt, found);
  });
}

/**
 * The provider cannot be asked now. An open attempt has its own date for that, which comes sooner; a sender at work will say
 * itself. About one that is closed nobody would ask again: its notification is tried again, and then waits for a person.
 */
function askSoon(work: SubscriptionWork, attempt: AttemptRow): void {
  if (attempt.status === 'sent') return;
  if (attempt.status !== 'unknown' && attempt.status !== 'requires_action')
    throw new Error(`the provider of attempt ${attempt.id} cannot be asked now`);
  attempt.resolveAt = Math.min(attempt.resolveAt ?? Number.POSITIVE_INFINITY, work.tx.now + askAgainMs);
  touch(work, 'attempts', attempt);
}
