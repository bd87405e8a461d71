import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { parseId } from '../../db/new-id.ts';
import { loadRefund, type RefundSubject } from '../../db/queries/carriers.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { findRefundIdByProvider } from '../../db/queries/refunds.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import type { BillingContext } from '../context.ts';
import type { CarrierRef } from '../steps/next-step.ts';
import type { RefundResult } from './apply-refund-outcome.ts';
import { changeRefundWithOwner } from './change-refund-with-owner.ts';
import { lookUpRefund } from './send-refund.ts';

export interface RefundEvent {
  tenantId: TenantId;
  provider: string;
  refundId: string | null;
  providerRefundId: string | null;
  consumer: string;
  eventId: string;
}

/**
 * A provider says that something happened to a refund. What happened is asked of the provider itself, so neither order nor
 * repetition of its events matters. An event about nothing of ours is only recorded as seen.
 */
export async function applyRefundEvent(context: BillingContext, event: RefundEvent): Promise<'processed' | 'ignored'> {
  const { tenantId, provider } = event;
  const known = await withTenant(context.database, tenantId, (tx) => findSubject(tx, event));
  const result = known ? await ask(context, known, event.providerRefundId) : null;
  if (!known || result === null) {
    await withTenant(context.database, tenantId, (tx) => recordProcessed(tx, event));
    return 'ignored';
  }
  const ref: CarrierRef = { tenantId, carrierId: known.refund.id, carries: 'refund' };
  await changeRefundWithOwner(
    context,
    ref,
    { actor: `provider:${provider}`, origin: 'webhook', requestId: null },
    result,
    event,
  );
  return 'processed';
}

/** By our id, else by the provider's; null where the refund is another provider's, or not ours at all. */
async function findSubject(tx: TenantTransaction, event: RefundEvent): Promise<RefundSubject | null> {
  const { provider, providerRefundId } = event;
  const id =
    parseId('refund', event.refundId ?? '') ??
    (providerRefundId === null ? null : await findRefundIdByProvider(tx, { provider, providerRefundId }));
  const subject = id === null ? null : await loadRefund(tx, id);
  return subject?.attempt.provider === provider ? subject : null;
}

/** Null where the provider knows of none. Throws where it cannot be asked now: the event is then delivered again. */
async function ask(
  context: BillingContext,
  { refund, attempt }: RefundSubject,
  providerRefundId: string | null,
): Promise<RefundResult | null> {
  invariant(attempt.providerChargeId, 'a refund has a captured charge');
  const named = { ...refund, providerRefundId: refund.providerRefundId ?? providerRefundId };
  try {
    return await lookUpRefund(context.provider(attempt.provider), named, attempt.providerChargeId);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw new Error(`the provider of refund ${refund.id} cannot be asked now`, { cause: error });
  }
}
