import type { ProviderDispute } from '../../adapters/payments/port.ts';
import { parseId } from '../../db/new-id.ts';
import { findDisputedAttempt } from '../../db/queries/disputes.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import { applyFound, lookUp } from '../attempts/look-up-attempt.ts';
import { changeAttempt } from '../attempts/with-attempt.ts';
import type { BillingContext, Caller } from '../context.ts';
import { refOfPayment } from '../subscription-work/payment-work.ts';
import { takeDispute } from './take-dispute.ts';

export interface DisputeFact {
  tenantId: TenantId;
  provider: string;
  dispute: ProviderDispute;
  consumer: string;
  eventId: string;
}

/**
 * R43. What a provider says of a dispute, in whatever order it says it. One about no charge of ours is only recorded as seen. A
 * charge we do not know to be captured is looked up first: a dispute says that it was.
 */
export async function applyDispute(context: BillingContext, fact: DisputeFact): Promise<'processed' | 'ignored'> {
  const { tenantId, provider, dispute } = fact;
  const of = {
    provider,
    attemptId: parseId('attempt', dispute.attemptId ?? ''),
    providerChargeId: dispute.providerChargeId,
  };
  const [attempt, readAt] = await withTenant(context.database, tenantId, async (tx) => {
    const found = await findDisputedAttempt(tx, of);
    if (!found) await recordProcessed(tx, fact);
    return [found, tx.now] as const;
  });
  if (!attempt) return 'ignored';
  const { id: attemptId, paymentId, subscriptionId } = attempt;
  const looked = attempt.status === 'succeeded' ? undefined : await lookUp(context.provider(provider), attempt, readAt);
  if (looked === null) throw new Error(`the provider of attempt ${attemptId} cannot be asked now`);
  const caller: Caller = { actor: `provider:${provider}`, origin: 'webhook', requestId: null };
  const owner = refOfPayment({ tenantId, id: paymentId, subscriptionId });
  await changeAttempt(context, { ...owner, tenantId, attemptId, caller }, async (work, current) => {
    if (!(await recordProcessed(work.tx, fact))) return;
    if (looked?.kind === 'found') await applyFound(work, current, looked);
    await takeDispute(work, current, dispute);
  });
  return 'processed';
}
