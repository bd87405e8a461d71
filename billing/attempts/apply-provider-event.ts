import { loadAttempt } from '../../db/queries/load-attempt.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { AttemptId, TenantId } from '../../domain/ids.ts';
import type { BillingContext } from '../context.ts';
import { refOfPayment } from '../subscription-work/payment-work.ts';
import { applyFound, lookUp } from './look-up-attempt.ts';
import { changeAttempt } from './with-attempt.ts';

/**
 * A provider says that something happened to an attempt. What happened is asked of the provider itself, so neither order nor
 * repetition of its events matters. An event about nothing of ours is only recorded as seen.
 */
export async function applyProviderEvent(
  context: BillingContext,
  event: { tenantId: TenantId; attemptId: AttemptId; consumer: string; eventId: string },
): Promise<void> {
  const { tenantId, attemptId } = event;
  const known = await withTenant(context.database, tenantId, (tx) => loadAttempt(tx, attemptId));
  const found = known ? await lookUp(context.provider(known.attempt.provider), known.attempt) : null;
  if (known && found === null) throw new Error(`the provider of attempt ${attemptId} cannot be asked now`);
  if (!known || found?.kind !== 'found') {
    await withTenant(context.database, tenantId, (tx) => recordProcessed(tx, event));
    return;
  }
  const caller = { actor: `provider:${known.attempt.provider}`, origin: 'webhook' as const, requestId: null };
  const ref = { ...refOfPayment(known.payment), tenantId, attemptId, caller };
  await changeAttempt(context, ref, async (work, attempt) => {
    if (await recordProcessed(work.tx, event)) await applyFound(work, attempt, found);
  });
}
