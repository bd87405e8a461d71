import { randomUUID } from 'node:crypto';
import { behaveSo } from './fake-faults.ts';
import { FakeKeys } from './fake-keys.ts';
import { type FakeCharge, FakeRefunds } from './fake-refunds.ts';
import { type FakeScript, FakeScripts } from './fake-scripts.ts';
import { FakeSetups } from './fake-setups.ts';
import { FakeWebhooks } from './fake-webhooks.ts';
import type * as port from './port.ts';
import { ProviderError } from './provider-error.ts';
import { type Behaviour, type Decision, decideCharge, declined, succeeded } from './sandbox/behaviour.ts';
import { toLookUpResult, toOutcome, toProviderCharge } from './sandbox/map-charge.ts';
import { expiryOf, findTestToken } from './sandbox/test-tokens.ts';

interface FakeMethod extends port.AttachedMethod {
  tenantId: string;
  token: string;
  succeededCount: number;
}

/**
 * The sandbox provider without a process: same tokens, keys and scripts, kept in memory. A lost answer is reported at once
 * instead of at the deadline, so that tests do not wait; only `slow` and `pending` take their time.
 */
export class FakePaymentProvider implements port.PaymentProvider {
  readonly name = 'sandbox';
  readonly capabilities: port.ProviderCapabilities = {
    ...{ idempotencyWindowMs: 86_400_000, refundKeyWindowMs: 86_400_000, lookUpLagMs: 0, actionWindowMs: null },
    ...{ listCharges: true, listEvents: true, setup: true, attach: true },
    currencies: 'all',
  };
  readonly webhooks = new FakeWebhooks();
  readonly parseWebhook = this.webhooks.parse;
  readonly #keys = new FakeKeys(this.capabilities.idempotencyWindowMs, () => this.#nowMs());
  readonly #scripts = new FakeScripts();
  readonly #methods = new Map<string, FakeMethod>();
  readonly #charges: FakeCharge[] = [];
  readonly #shared = { keys: this.#keys, webhooks: this.webhooks, now: () => new Date(this.#nowMs()) };
  readonly #refunds = new FakeRefunds({
    ...{ ...this.#shared, scripts: this.#scripts },
    findCharge: (id) => this.#charges.find((charge) => charge.id === id),
  });
  readonly #setups = new FakeSetups({ ...this.#shared, attach: (tenantId, token) => this.#attach(tenantId, token) });
  #clockOffsetMs = 0;

  script(script: FakeScript): void {
    this.#scripts.add(script);
  }

  /** What a customer's bank does about a captured charge; the whole of what is left unless said otherwise. */
  openDispute(providerChargeId: string, amountMinor?: number): string {
    return this.#refunds.openDispute(providerChargeId, amountMinor);
  }

  settleDispute(disputeId: string, result: 'won' | 'lost'): void {
    this.#refunds.settleDispute(disputeId, result);
  }

  /** What the customer does on the page of a set-up: a test token, or `canceled`. Returns where that leads. */
  completeSetup(url: string, choice: string): string {
    return this.#setups.complete(url, choice);
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
      const attached = this.#attach(tenantId, token);
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
      const behaviour = this.#scripts.take(method) ?? findTestToken(method.token)?.behaviour;
      if (behaviour === undefined) throw new Error(`${method.token} has no rule`);
      const record = () => this.#record({ request, method, behaviour });
      return behaveSo({ behaviour, claim, record, deadlineAtMonotonicMs });
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

  refund(request: port.RefundRequest): Promise<port.RefundOutcome> {
    return this.#refunds.refund(request);
  }

  async lookUpRefund(request: port.LookUpRefundRequest): Promise<port.LookUpRefundResult> {
    return this.#refunds.lookUp(request);
  }

  async beginSetup(request: port.BeginSetupRequest): Promise<port.BegunSetup> {
    return this.#setups.begin(request);
  }

  async readSetup(request: port.ReadSetupRequest): Promise<port.SetupResult> {
    return this.#setups.read(request);
  }

  async listEvents(request: port.ListEventsRequest): Promise<port.EventPage> {
    return this.webhooks.list(request);
  }

  async listCharges({ tenantId, created, cursor = '0', limit }: port.ListChargesRequest): Promise<port.ChargePage> {
    const own = this.#charges.filter(
      (charge) => charge.tenantId === tenantId && wasCreatedIn(created, Date.parse(charge.created_at)),
    );
    const end = Number(cursor) + limit;
    const charges = own.slice(Number(cursor), end).map(toProviderCharge);
    return { charges, nextCursor: end < own.length ? String(end) : null };
  }

  #nowMs(): number {
    return Date.now() + this.#clockOffsetMs;
  }

  #attach(tenantId: string, token: string): port.AttachedMethod {
    const found = findTestToken(token);
    if (found === undefined) throw new ProviderError('rejected', 'unknown_token');
    const { brand, last4 } = found;
    const attached = { providerMethodId: newId('spm'), brand, last4, ...expiryOf(new Date(this.#nowMs())) };
    this.#methods.set(attached.providerMethodId, { ...attached, tenantId, token, succeededCount: 0 });
    return attached;
  }

  #record({ request, method, behaviour }: RecordedCall): port.ChargeOutcome {
    const { status, declineCode, message } = decideCharge(behaviour, method.succeededCount);
    if (status === 'succeeded') method.succeededCount += 1;
    const id = newId('sch');
    const charge: FakeCharge = {
      id,
      tenantId: request.tenantId,
      token: method.token,
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
    if (behaviour.kind === 'pending') setTimeout(() => this.#settlePending(charge), behaviour.delayMs).unref();
    return toOutcome(charge);
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
}

function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

function wasCreatedIn(range: port.ListChargesRequest['created'], atMs: number): boolean {
  return range === undefined || (atMs >= range.from.getTime() && atMs < range.to.getTime());
}

function actionUrl(chargeId: string): string {
  return `https://sandbox.invalid/actions/${chargeId}`;
}
