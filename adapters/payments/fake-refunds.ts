import { randomUUID } from 'node:crypto';
import { behaveSo } from './fake-faults.ts';
import type { FakeKeys } from './fake-keys.ts';
import type { FakeScripts } from './fake-scripts.ts';
import type { FakeWebhooks } from './fake-webhooks.ts';
import type * as port from './port.ts';
import { ProviderError } from './provider-error.ts';
import type { WireCharge } from './sandbox/map-charge.ts';
import { toLookUpRefundResult, toRefundOutcome, type WireRefund } from './sandbox/map-refund.ts';
import type { RefundBehaviour } from './sandbox/refund-behaviour.ts';

export type FakeCharge = WireCharge & { tenantId: string; token: string };

type FakeRefund = WireRefund & { tenantId: string; charge: FakeCharge | undefined };
type FakeDispute = {
  id: string;
  charge: FakeCharge;
  amountMinor: number;
  openedAt: string;
  status: 'open' | 'won' | 'lost';
};

export interface FakeRefundParts {
  keys: FakeKeys;
  scripts: FakeScripts;
  webhooks: FakeWebhooks;
  findCharge: (id: string) => FakeCharge | undefined;
  now: () => Date;
}

/** Money that goes back: by a refund, or because a bank took it. */
export class FakeRefunds {
  readonly #parts: FakeRefundParts;
  readonly #refunds: FakeRefund[] = [];
  readonly #disputes: FakeDispute[] = [];

  constructor(parts: FakeRefundParts) {
    this.#parts = parts;
  }

  async refund({
    tenantId,
    idempotencyKey: key,
    refundId,
    ...request
  }: port.RefundRequest): Promise<port.RefundOutcome> {
    const { providerChargeId, amountMinor: amount, currency, deadlineAtMonotonicMs } = request;
    if (performance.now() >= deadlineAtMonotonicMs) throw new ProviderError('not_sent', 'deadline_passed');
    const { keys, scripts, findCharge } = this.#parts;
    const fingerprint = { refundId, providerChargeId, amount, currency };
    return keys.use({ tenantId, key, request: fingerprint }, (claim) => {
      const found = findCharge(providerChargeId);
      const charge = found?.tenantId === tenantId ? found : undefined;
      const behaviour = scripts.takeRefund({ tenantId, token: charge?.token ?? '' });
      const record = () => toRefundOutcome(this.#record({ tenantId, refundId, amount, currency, charge, behaviour }));
      return behaveSo({ behaviour, claim, record, deadlineAtMonotonicMs });
    });
  }

  lookUp({ tenantId, refundId }: port.LookUpRefundRequest): port.LookUpRefundResult {
    return toLookUpRefundResult(
      this.#refunds.filter((refund) => refund.tenantId === tenantId && refund.reference === refundId),
    );
  }

  openDispute(providerChargeId: string, amountMinor?: number): string {
    const charge = this.#parts.findCharge(providerChargeId);
    if (charge?.status !== 'succeeded') throw new Error(`${providerChargeId} was not captured`);
    const left = charge.amount - charge.refunded - this.#disputed(charge);
    const more = { amountMinor: amountMinor ?? left, openedAt: this.#parts.now().toISOString() };
    if (more.amountMinor > left) throw new Error('amount_exceeds_charge');
    const dispute: FakeDispute = { id: newId('sdp'), charge, ...more, status: 'open' };
    this.#disputes.push(dispute);
    this.#tellDispute(dispute);
    return dispute.id;
  }

  settleDispute(id: string, result: 'won' | 'lost'): void {
    const dispute = this.#disputes.find((candidate) => candidate.id === id);
    if (dispute?.status !== 'open') throw new Error(`no open dispute ${id}`);
    dispute.status = result;
    this.#tellDispute(dispute);
  }

  #record(asked: RecordedRefund): FakeRefund {
    const { tenantId, refundId: reference, amount, currency, charge, behaviour } = asked;
    const failure = this.#reasonAgainst(asked) ?? (behaviour.kind === 'reject' ? behaviour.code : null);
    if (charge !== undefined && failure === null) charge.refunded += amount;
    const waits = failure === null && behaviour.kind === 'pending';
    const status = failure !== null ? 'rejected' : waits ? 'pending' : 'succeeded';
    const fields = { id: newId('srf'), status, failure_code: failure, message: `The refund is ${status}.` } as const;
    const refund: FakeRefund = { ...fields, tenantId, reference, amount, currency, charge };
    this.#refunds.push(refund);
    if (waits) setTimeout(() => this.#settle(refund, behaviour.failsAs), behaviour.delayMs).unref();
    return refund;
  }

  #settle(refund: FakeRefund, failure: string | null): void {
    const { charge, tenantId: account, reference, id: refund_id, amount, currency } = refund;
    const status = failure === null ? 'succeeded' : 'failed';
    Object.assign(refund, { status, failure_code: failure, message: `The refund is ${status}.` });
    if (charge !== undefined && failure !== null) charge.refunded -= amount;
    const told = { account, reference, refund_id, charge_id: charge?.id, status, amount, currency };
    const timestamp = this.#parts.now().toISOString();
    this.#parts.webhooks.add(reference, { type: 'refund.updated', timestamp, ...told });
  }

  #reasonAgainst({ charge, currency, amount }: RecordedRefund): string | null {
    if (charge === undefined) return 'unknown_charge';
    if (charge.status !== 'succeeded') return 'charge_not_captured';
    if (charge.currency !== currency) return 'currency_mismatch';
    if (charge.refunded + amount > charge.amount) return 'amount_exceeds_charge';
    return charge.refunded + amount + this.#disputed(charge) > charge.amount ? 'charge_disputed' : null;
  }

  #disputed(charge: FakeCharge): number {
    const held = this.#disputes.filter((dispute) => dispute.charge === charge && dispute.status !== 'won');
    return held.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  }

  #tellDispute({ id: dispute_id, charge, amountMinor: amount, status, openedAt: opened_at }: FakeDispute): void {
    const { tenantId: account, reference, id: charge_id, currency } = charge;
    const type = `dispute.${status === 'open' ? 'opened' : status}`;
    const more = { reason: 'fraudulent', status, opened_at, evidence_due_at: null };
    const told = { account, reference, dispute_id, charge_id, amount, currency, ...more };
    this.#parts.webhooks.add(reference, { type, timestamp: this.#parts.now().toISOString(), ...told });
  }
}

interface RecordedRefund {
  tenantId: string;
  refundId: string;
  amount: number;
  currency: string;
  charge: FakeCharge | undefined;
  behaviour: RefundBehaviour;
}

function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}
