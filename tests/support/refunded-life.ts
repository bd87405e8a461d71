import { randomUUID } from 'node:crypto';
import type { ProviderDispute, RefundOutcome } from '../../adapters/payments/port.ts';
import { applyDispute } from '../../billing/disputes/apply-dispute.ts';
import { applyRefundEvent } from '../../billing/refunds/apply-refund-event.ts';
import { reserveOnPayment } from '../../billing/refunds/reserve-on-payment.ts';
import { newId } from '../../db/new-id.ts';
import type { PaymentRow, RefundRow } from '../../db/queries/billing-rows.ts';
import { withTenant } from '../../db/with-tenant.ts';
import type { RefundId, SubscriptionId } from '../../domain/ids.ts';
import { type BillingLife, openLife } from './billing-life.ts';
import { driveSteps } from './drive-steps.ts';

/** A paid subscription whose provider says of each refund what the test says it has become. */
export interface RefundedLife {
  life: BillingLife;
  id: SubscriptionId;
  /** Reserves a refund of the payment, for its workflow to send. */
  reserve(amountMinor: number): Promise<RefundId>;
  /** Reserves and sends a refund of the payment; the provider answers with `outcome`, and goes on saying so. */
  refund(amountMinor: number, outcome: RefundOutcome['kind']): Promise<RefundId>;
  /** A notification: it is looked up, and is by now `outcome`. */
  tell(refundId: RefundId, outcome: RefundOutcome['kind']): Promise<void>;
  dispute(status: ProviderDispute['status']): Promise<void>;
  refundOf(id: RefundId): Promise<RefundRow>;
  payment(): Promise<PaymentRow>;
  /** Accounts that are not zero. */
  balances(): Promise<Record<string, number>>;
}

function outcomeOf(kind: RefundOutcome['kind'], id: RefundId): RefundOutcome {
  const providerRefundId = `srf_${id}`;
  if (kind === 'rejected') return { kind, code: 'too_old', message: 'no' };
  return kind === 'failed'
    ? { kind, providerRefundId, code: 'card_lost', message: 'lost' }
    : { kind, providerRefundId };
}

export async function openRefundedLife(): Promise<RefundedLife> {
  const life = await openLife();
  const { tenantId, context, call, owner, provider } = life;
  const { id } = await life.subscribe();
  const [attempt] = await life.rows('payment_attempts', id);
  if (!attempt) throw new Error('no attempt');
  const said = new Map<string, RefundOutcome>();
  const saidOf = (refundId: string): RefundOutcome => {
    const outcome = said.get(refundId);
    if (!outcome) throw new Error(`nothing is said of ${refundId}`);
    return outcome;
  };
  provider.refund = async ({ refundId }) => saidOf(refundId);
  provider.lookUpRefund = async ({ refundId }) => {
    const [row] = await owner<{ amountMinor: number }[]>`select amount_minor from refunds where id = ${refundId}`;
    return { kind: 'found', outcome: saidOf(refundId), amountMinor: row?.amountMinor ?? 0, currency: 'USD' };
  };
  const payment = async () => {
    const [row] = await life.rows('payments', id);
    if (!row) throw new Error('no payment');
    return row;
  };
  const reserve = async (amountMinor: number) => {
    const input = { amountMinor, reason: null, note: null, id: newId('refund') };
    const { id: paymentId } = await payment();
    await withTenant(context.database, tenantId, (tx) => reserveOnPayment(tx, call.caller, paymentId, input));
    return input.id;
  };
  return {
    ...{ life, id, payment, reserve },
    async refund(amountMinor, kind) {
      const refundId = await reserve(amountMinor);
      said.set(refundId, outcomeOf(kind, refundId));
      await driveSteps(context, { tenantId, carrierId: refundId, carries: 'refund' });
      return refundId;
    },
    async tell(refundId, kind) {
      said.set(refundId, outcomeOf(kind, refundId));
      const event = { tenantId, provider: 'sandbox', consumer: 'test', eventId: randomUUID() };
      await applyRefundEvent(context, { ...event, refundId, providerRefundId: null });
    },
    async dispute(status) {
      const dispute: ProviderDispute = {
        ...{ providerDisputeId: 'dp_1', attemptId: attempt.id, providerChargeId: attempt.providerChargeId, status },
        ...{ amountMinor: 1_999, currency: 'USD', reason: 'fraudulent' },
        ...{ openedAt: '2026-02-01T00:00:00.000Z', evidenceDueAt: null },
      };
      const fact = { tenantId, provider: 'sandbox', dispute, consumer: 'test', eventId: randomUUID() };
      await applyDispute(context, fact);
    },
    async refundOf(refundId) {
      const row = (await life.rows('refunds', id)).find((one) => one.id === refundId);
      if (!row) throw new Error(`no refund ${refundId}`);
      return row;
    },
    async balances() {
      const rows = await owner<{ account: string; balance: number }[]>`
        select account, sum(amount_minor)::bigint as balance from ledger_entries where tenant_id = ${tenantId}
        group by 1 having sum(amount_minor) <> 0 order by 1`;
      return Object.fromEntries(rows.map(({ account, balance }) => [account, balance]));
    },
  };
}
