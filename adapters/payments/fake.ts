import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { FakeKeys, type KeyClaim } from './fake-keys.ts';
import { FakeWebhooks } from './fake-webhooks.ts';
import type * as port from './port.ts';
import { notSupported, ProviderError } from './provider-error.ts';
import {
  type Behaviour,
  type Decision,
  decideCharge,
  declined,
  parseBehaviour,
  succeeded,
} from './sandbox/behaviour.ts';
import { toLookUpResult, toOutcome, toProviderCharge, type WireCharge } from './sandbox/map-charge.ts';
import { toLookUpRefundResult, toRefundOutcome, type WireRefund } from './sandbox/map-refund.ts';
import { expiryOf, findTestToken } from './sandbox/test-tokens.ts';

interface FakeMethod extends port.AttachedMethod {
  tenantId: string;
  token: string;
  succeededCount: number;
}

type FakeCharge = WireCharge & { tenantId: string };
type FakeRefund = WireRefund & { tenantId: string; reference: string };

export interface FakeScript {
  tenantId?: string;
  token?: string;
  /** As the sandbox's: `ok`, `decline:<code>`, `timeout_after`, `slow:<ms>` … (sandbox/behaviour.ts). */
  next: readonly string[];
}

/**
 * The sandbox provider without a process: same tokens, keys and scripts, kept in memory. A lost answer is reported at once
 * instead of at the deadline, so that tests do not wait; only `slow` and `pending` take their time.
 */
export class FakePaymentProvider implements port.PaymentProvider {
  readonly name = 'sandbox';
  readonly capabilities: port.ProviderCapabilities = {
    ...{ idempotencyWindowMs: 86_400_000, refundKeyWindowMs: 86_400_000 },
    ...{ listCharges: true, listEvents: false, setup: false, attach: true },
    currencies: 'all',
  };
  readonly webhooks = new FakeWebhooks();
  readonly parseWebhook = this.webhooks.parse;
  readonly #keys = new FakeKeys(this.capabilities.idempotencyWindowMs, () => this.#nowMs());
  readonly #methods = new Map<string, FakeMethod>();
  readonly #charges: FakeCharge[] = [];
  readonly #refunds: FakeRefund[] = [];
  readonly #scripts: { tenantId?: string; token?: string; behaviour: Behaviour }[] = [];
  #clockOffsetMs = 0;

  script({ tenantId, token, next }: FakeScript): void {
    for (const text of next) {
      const behaviour = parseBehaviour(text);
      if (behaviour === null) throw new Error(`no such behaviour: ${text}`);
      this.#scripts.push({ tenantId, token, behaviour });
    }
  }

  /** Ages keys without waiting. */
  setClockOffset(offsetMs: number): void {
    this.#clockOffsetMs = offsetMs;
  }

  /** What the customer answers at the url of a `requires_action` outcome. */
  decideAction(url: string, result: 'succeeded' | 'failed'): void {
    const charge = this.#charges.find(({ id }) => url === actionUrl(id));
    if (charge === undefined) throw new Error(`no action at ${url}`);
    const decision = result === 'succeeded' ? succeeded : declined('authentication_failed');
    if (charge.status === 'requires_action') this.#settle(charge, decision);
    else if (charge.status !== decision.status) throw new Error(`this charge is ${charge.status}`);
  }

  async attachMethod({ tenantId, token, idempotencyKey }: port.AttachMethodRequest): Promise<port.AttachedMethod> {
    return this.#keys.use({ tenantId, key: idempotencyKey, request: { token } }, (claim) => {
      const found = findTestToken(token);
      if (found === undefined) throw new ProviderError('rejected', 'unknown_token');
      const { brand, last4 } = found;
      const attached = { providerMethodId: newId('spm'), brand, last4, ...expiryOf(new Date(this.#nowMs())) };
      this.#methods.set(attached.providerMethodId, { ...attached, tenantId, token, succeededCount: 0 });
      claim.keep(() => attached);
      return attached;
    });
  }

  async charge({
    idempotencyKey: key,
    deadlineAtMonotonicMs,
    ...request
  }: port.ChargeRequest): Promise<port.ChargeOutcome> {
    if (performance.now() >= deadlineAtMonotonicMs) throw new ProviderError('not_sent', 'deadline_passed');
    return this.#keys.use({ tenantId: request.tenantId, key, request }, (claim) => {
      const method = this.#methods.get(request.providerMethodId);
      if (method?.tenantId !== request.tenantId) throw new ProviderError('rejected', 'unknown_method');
      const behaviour = this.#takeScript(method) ?? findTestToken(method.token)?.behaviour;
      if (behaviour === undefined) throw new Error(`${method.token} has no rule`);
      throwUnlessRecorded(behaviour);
      if (behaviour.kind !== 'slow') return this.#record({ request, method, behaviour, claim });
      claim.start();
      const answer = delay(behaviour.delayMs)
        .then(() => this.#record({ request, method, behaviour, claim }))
        .finally(claim.stop);
      return Promise.race([answer, timeOutAt(deadlineAtMonotonicMs)]);
    });
  }

  async lookUp({ tenantId, attemptId }: port.LookUpRequest): Promise<port.LookUpResult> {
    return toLookUpResult(
      this.#charges.filter((charge) => charge.tenantId === tenantId && charge.reference === attemptId),
    );
  }

  async cancelAttempt({ tenantId, providerChargeId }: port.CancelAttemptRequest): Promise<port.CancelAttemptResult> {
    const charge = this.#charges.find(({ id }) => id === providerChargeId);
    if (charge?.tenantId !== tenantId) throw new ProviderError('rejected', 'unknown_charge');
    if (charge.status === 'succeeded' || charge.status === 'declined') {
      return { kind: 'already_decided', outcome: toOutcome(charge) };
    }
    Object.assign(charge, { status: 'canceled', message: 'The charge was canceled.' });
    return { kind: 'canceled' };
  }

  async refund({
    tenantId,
    idempotencyKey: key,
    refundId,
    ...request
  }: port.RefundRequest): Promise<port.RefundOutcome> {
    const { providerChargeId, amountMinor: amount, currency } = request;
    const fingerprint = { refundId, providerChargeId, amount, currency };
    return this.#keys.use({ tenantId, key, request: fingerprint }, (claim) => {
      const charge = this.#charges.find(({ id }) => id === providerChargeId);
      const failure = reasonAgainst(charge?.tenantId === tenantId ? charge : undefined, request);
      if (charge !== undefined && failure === null) charge.refunded += amount;
      const status = failure === null ? 'succeeded' : 'rejected';
      const message = `The refund ${status}.`;
      const refund = {
        id: newId('srf'),
        tenantId,
        reference: refundId,
        status,
        failure_code: failure,
        message,
        amount,
        currency,
      } as const;
      this.#refunds.push(refund);
      claim.keep(() => toRefundOutcome(refund));
      return toRefundOutcome(refund);
    });
  }

  async lookUpRefund({ tenantId, refundId }: port.LookUpRefundRequest): Promise<port.LookUpRefundResult> {
    return toLookUpRefundResult(
      this.#refunds.filter((refund) => refund.tenantId === tenantId && refund.reference === refundId),
    );
  }

  async beginSetup(): Promise<port.BegunSetup> {
    return notSupported('beginSetup');
  }

  async readSetup(): Promise<port.SetupResult> {
    return notSupported('readSetup');
  }

  async listEvents(): Promise<port.EventPage> {
    return { events: [], nextCursor: null };
  }

  async listCharges({ tenantId, cursor = '0', limit }: port.ListChargesRequest): Promise<port.ChargePage> {
    const own = this.#charges.filter((charge) => charge.tenantId === tenantId);
    const end = Number(cursor) + limit;
    const charges = own.slice(Number(cursor), end).map(toProviderCharge);
    return { charges, nextCursor: end < own.length ? String(end) : null };
  }

  #nowMs(): number {
    return Date.now() + this.#clockOffsetMs;
  }

  #takeScript({ tenantId, token }: FakeMethod): Behaviour | undefined {
    const fits = (wanted: string | undefined, is: string): boolean => wanted === undefined || wanted === is;
    const index = this.#scripts.findIndex((line) => fits(line.tenantId, tenantId) && fits(line.token, token));
    return index < 0 ? undefined : this.#scripts.splice(index, 1)[0]?.behaviour;
  }

  #record({ request, method, behaviour, claim }: RecordedCall): port.ChargeOutcome {
    const { status, declineCode, message } = decideCharge(behaviour, method.succeededCount);
    if (status === 'succeeded') method.succeededCount += 1;
    const id = newId('sch');
    const charge: FakeCharge = {
      id,
      tenantId: request.tenantId,
      reference: request.attemptId,
      amount: request.amountMinor,
      currency: request.currency,
      status,
      decline_code: declineCode,
      message,
      refunded: 0,
      action_url: actionUrl(id),
      created_at: new Date(this.#nowMs()).toISOString(),
    };
    this.#charges.push(charge);
    const outcome = toOutcome(charge);
    claim.keep(() => (behaviour.kind === 'error_after' ? fail('internal_error') : outcome));
    if (behaviour.kind === 'pending') setTimeout(() => this.#settlePending(charge), behaviour.delayMs).unref();
    if (behaviour.kind === 'timeout_after') return fail('timeout');
    if (behaviour.kind === 'reset_after') return fail('connection_lost');
    return behaviour.kind === 'error_after' ? fail('internal_error') : outcome;
  }

  #settlePending(charge: FakeCharge): void {
    if (charge.status === 'pending') this.#settle(charge, succeeded);
  }

  #settle(charge: FakeCharge, { status, declineCode, message }: Decision): void {
    Object.assign(charge, { status, decline_code: declineCode, message });
    const { tenantId: account, reference, id: charge_id, amount, currency } = charge;
    const timestamp = new Date(this.#nowMs()).toISOString();
    this.webhooks.add(reference, {
      type: 'charge.updated',
      timestamp,
      account,
      reference,
      charge_id,
      status,
      amount,
      currency,
    });
  }
}

interface RecordedCall {
  request: Omit<port.ChargeRequest, 'idempotencyKey' | 'deadlineAtMonotonicMs'>;
  method: FakeMethod;
  behaviour: Behaviour;
  claim: KeyClaim;
}

function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

function actionUrl(chargeId: string): string {
  return `https://sandbox.invalid/actions/${chargeId}`;
}

function fail(code: string): never {
  throw new ProviderError('unknown', code);
}

async function timeOutAt(deadlineAtMonotonicMs: number): Promise<never> {
  await delay(Math.max(0, deadlineAtMonotonicMs - performance.now()), undefined, { ref: false });
  return fail('timeout');
}

/** What leaves no trace at the provider leaves its key free too. */
function throwUnlessRecorded(behaviour: Behaviour): void {
  if (behaviour.kind === 'unreachable') throw new ProviderError('not_sent', 'unavailable');
  if (behaviour.kind === 'timeout_before') fail('timeout');
  if (behaviour.kind === 'error_before') fail('internal_error');
  if (behaviour.kind !== 'rate_limited') return;
  const retryAfterMs = Math.ceil(behaviour.delayMs / 1000) * 1000;
  throw new ProviderError('rate_limited', 'rate_limited', { retryAfterMs });
}

function reasonAgainst(
  charge: FakeCharge | undefined,
  refund: { amountMinor: number; currency: string },
): string | null {
  if (charge === undefined) return 'unknown_charge';
  if (charge.status !== 'succeeded') return 'charge_not_captured';
  if (charge.currency !== refund.currency) return 'currency_mismatch';
  return charge.refunded + refund.amountMinor > charge.amount ? 'amount_exceeds_charge' : null;
}
