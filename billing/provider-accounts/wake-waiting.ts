import { listWaitingAttempts } from '../../db/queries/provider-accounts.ts';
import { listWaitingRefunds } from '../../db/queries/refunds.ts';
import { updateRow } from '../../db/queries/write-billing.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { AttemptStatus } from '../../domain/payments/payment-status.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';
import { oweWake } from '../refunds/change-refund-with-owner.ts';
import { lockRefund, settleCarrier } from '../refunds/refund-step.ts';
import { loadWorkOf, refOfPayment } from '../subscription-work/payment-work.ts';
import { settle } from '../subscription-work/settle.ts';
import { touch, writeTimeline } from '../subscription-work/subscription-work.ts';

/** As many of each as are tried while the operator waits; what is left comes by its own date: an unknown outcome's is up to a day away. */
const wakesMax = 200;
/** Spread, so that the first seconds with new credentials are no burst. */
const spreadMs = 100;

/** The date at which an attempt of this status is taken further. */
const dateNames: Partial<Record<AttemptStatus, 'sendAt' | 'resolveAt'>> = { not_sent: 'sendAt', unknown: 'resolveAt' };

/** The provider can be asked again: what it was not asked is sent or looked up now, each by itself in a transaction of its own. */
export async function wakeWaiting(context: BillingContext, call: Call, provider: string): Promise<void> {
  await wakeAttempts(context, call, provider);
  await wakeRefunds(context, call, provider);
}

async function wakeAttempts(context: BillingContext, { tenantId, caller }: Call, provider: string): Promise<void> {
  const waiting = await withTenant(context.database, tenantId, (tx) => listWaitingAttempts(tx, provider, wakesMax));
  for (const [position, { id, paymentId, subscriptionId }] of waiting.entries()) {
    const intents = await withTenant(context.database, tenantId, async (tx) => {
      const work = await loadWorkOf(tx, refOfPayment({ tenantId, id: paymentId, subscriptionId }), caller);
      const attempt = work.open.attempts.find((open) => open.id === id);
      const dateName = attempt && dateNames[attempt.status];
      if (!attempt || !dateName) return [];
      attempt[dateName] = Math.min(attempt[dateName] ?? Number.POSITIVE_INFINITY, tx.now + position * spreadMs);
      touch(work, 'attempts', attempt);
      writeTimeline(work, 'provider_account_ready', { attempt_id: id, provider });
      return (await settle(work, 'command')).intents;
    });
    context.sendIntents(intents);
  }
}

/** Their own workflows are told: a refund's look-up comes before its send, as ever. */
async function wakeRefunds(context: BillingContext, { tenantId }: Call, provider: string): Promise<void> {
  const waiting = await withTenant(context.database, tenantId, (tx) => listWaitingRefunds(tx, provider, wakesMax));
  for (const [position, id] of waiting.entries()) {
    const owed = await withTenant(context.database, tenantId, async (tx) => {
      const { carrier, refund } = await lockRefund(tx, id);
      if (refund.status !== 'unknown' || carrier.parkedAt !== null) return null;
      refund.resolveAt = Math.min(refund.resolveAt ?? Number.POSITIVE_INFINITY, tx.now + position * spreadMs);
      settleCarrier(tx, carrier, refund);
      await Promise.all([updateRow(tx, 'refunds', refund), updateRow(tx, 'carriers', carrier)]);
      return oweWake(tx, { tenantId, carrierId: id, carries: 'refund' });
    });
    if (owed !== null) context.sendIntents([owed]);
  }
}
