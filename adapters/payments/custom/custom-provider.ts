import type { AccountOf } from '../account.ts';
import type { PaymentProvider, ProviderCharge } from '../port.ts';
import { ProviderError } from '../provider-error.ts';
import { readAnswer } from '../read-answer.ts';
import {
  readCancelAnswer,
  toLookUpResult,
  toOutcome,
  toProviderCharge,
  wireCharge,
  wireChargeList,
} from '../sandbox/map-charge.ts';
import { toLookUpRefundResult, toRefundOutcome, wireRefund, wireRefundList } from '../sandbox/map-refund.ts';
import { toBegunSetup, toMethod, toSetupResult, wireMethod, wireSetup } from '../sandbox/map-setup.ts';
import type { WireAnswer } from '../send-request.ts';
import { openCustomAccount } from './custom-account.ts';
import { parseNotification } from './parse-notification.ts';
import { createSignedSender } from './send-signed.ts';

export interface CustomProviderOptions {
  accountOf: AccountOf;
  /** Whether a test account may be on this machine; default yes. */
  allowsLocal?: boolean;
  /** For the calls whose request carries no time of its own; default 8 s. */
  defaultTimeoutMs?: number;
}

export interface CustomProvider extends PaymentProvider {
  close: () => void;
}

/** The least an account may declare; what it declares is in `keyWindows`. */
const keyWindowMinMs = 3_600_000;

/**
 * A provider that the business connects itself (R5): it implements the signed protocol of `docs/custom-provider.md` at its own
 * address. What is sent is never repeated here; what an answer means is the same as for every other provider.
 */
export function createCustomProvider(options: CustomProviderOptions): CustomProvider {
  const { accountOf, allowsLocal = true, defaultTimeoutMs = 8_000 } = options;
  const sender = createSignedSender(accountOf, { allowsLocal });
  const send: Send = ([tenantId, path, call], body, deadlineAtMonotonicMs = within(defaultTimeoutMs)) =>
    sender.send({ tenantId, path, call, body, deadlineAtMonotonicMs });
  return {
    name: 'custom',
    capabilities: {
      ...{
        idempotencyWindowMs: keyWindowMinMs,
        refundKeyWindowMs: keyWindowMinMs,
        lookUpLagMs: 0,
        actionWindowMs: null,
      },
      ...{ listCharges: true, listEvents: false, setup: true, attach: true },
      currencies: 'all',
    },

    async keyWindows(tenantId) {
      const { keyWindowMs } = await openCustomAccount(accountOf, tenantId);
      return { chargeMs: keyWindowMs, refundMs: keyWindowMs };
    },

    ...methodCalls(send),
    ...chargeCalls(send),
    ...refundCalls(send),
    listEvents: async () => ({ events: [], nextCursor: null }),
    parseWebhook: parseNotification,
    close: sender.close,
  };
}

/** Account, path below its address, name of the call. */
type Send = (to: [string, string, string], body: object, deadlineAtMonotonicMs?: number) => Promise<WireAnswer>;

function within(timeoutMs: number): number {
  return performance.now() + timeoutMs;
}

function methodCalls(send: Send): Pick<PaymentProvider, 'attachMethod' | 'beginSetup' | 'readSetup'> {
  return {
    async attachMethod({ tenantId, token, idempotencyKey: idempotency_key }) {
      const answer = await send([tenantId, 'methods', 'method.attach'], { idempotency_key, token });
      return toMethod(readAnswer(wireMethod, answer));
    },

    async beginSetup({ tenantId, setupId: reference, customerId: customer_id, returnUrl: return_url, ...call }) {
      const body = { idempotency_key: call.idempotencyKey, reference, customer_id, return_url };
      return toBegunSetup(readAnswer(wireSetup, await send([tenantId, 'setups', 'setup.create'], body)));
    },

    async readSetup({ tenantId, setupId: reference, providerSetupId: setup_id }) {
      return toSetupResult(
        readAnswer(wireSetup, await send([tenantId, 'setups/read', 'setup.read'], { reference, setup_id })),
      );
    },
  };
}

function chargeCalls(send: Send): Pick<PaymentProvider, 'charge' | 'lookUp' | 'cancelAttempt' | 'listCharges'> {
  return {
    async charge({ tenantId, attemptId: reference, amountMinor: amount, currency, description, ...call }) {
      const { idempotencyKey: idempotency_key, providerMethodId: method_id, subscriptionId = null } = call;
      const charge = { reference, subscription_id: subscriptionId, method_id, amount, currency, description };
      const body = { idempotency_key, ...charge };
      const answer = await send([tenantId, 'charges', 'charge.create'], body, call.deadlineAtMonotonicMs);
      return toOutcome(sameAs({ reference, amount, currency }, readAnswer(wireCharge, answer)));
    },

    async lookUp({ tenantId, attemptId: reference, providerChargeId: charge_id, timeoutMs }) {
      const body = { reference, charge_id };
      const answer = await send([tenantId, 'charges/find', 'charge.find'], body, within(timeoutMs));
      return toLookUpResult(readAnswer(wireChargeList, answer).data.filter((charge) => charge.reference === reference));
    },

    async cancelAttempt({ tenantId, attemptId: reference, providerChargeId: charge_id, timeoutMs }) {
      const body = { reference, charge_id };
      return readCancelAnswer(await send([tenantId, 'charges/cancel', 'charge.cancel'], body, within(timeoutMs)));
    },

    async listCharges({ tenantId, created, cursor = null, limit }) {
      const range = created && { created_from: created.from.toISOString(), created_to: created.to.toISOString() };
      const answer = await send([tenantId, 'charges/list', 'charge.list'], { cursor, limit, ...range });
      const { data, next_cursor } = readAnswer(wireChargeList, answer);
      const charges = data.map(toProviderCharge);
      return { charges: created ? charges.filter(isIn(created)) : charges, nextCursor: next_cursor };
    },
  };
}

/** A business may pass over the range that is asked for: what lies outside of it is left out here. */
function isIn({ from, to }: { from: Date; to: Date }): (charge: ProviderCharge) => boolean {
  return ({ createdAt }) => createdAt >= from && createdAt < to;
}

function refundCalls(send: Send): Pick<PaymentProvider, 'refund' | 'lookUpRefund'> {
  return {
    async refund({
      tenantId,
      refundId: reference,
      providerChargeId: charge_id,
      amountMinor: amount,
      currency,
      ...call
    }) {
      const body = { idempotency_key: call.idempotencyKey, reference, charge_id, amount, currency };
      const answer = await send([tenantId, 'refunds', 'refund.create'], body, call.deadlineAtMonotonicMs);
      return toRefundOutcome(sameAs({ reference, amount, currency }, readAnswer(wireRefund, answer)));
    },

    async lookUpRefund({ tenantId, refundId: reference, providerChargeId: charge_id, providerRefundId, timeoutMs }) {
      const body = { reference, charge_id, refund_id: providerRefundId };
      const answer = await send([tenantId, 'refunds/find', 'refund.find'], body, within(timeoutMs));
      return toLookUpRefundResult(
        readAnswer(wireRefundList, answer).data.filter((refund) => refund.reference === reference),
      );
    },
  };
}

interface Asked {
  reference: string;
  amount: number;
  currency: string;
}

/** An answer about something else says nothing about what was asked for. */
function sameAs<T extends Asked>(asked: Asked, answered: T): T {
  const { reference, amount, currency } = answered;
  if (reference === asked.reference && amount === asked.amount && currency === asked.currency) return answered;
  throw new ProviderError('unknown', 'answer_about_something_else', {
    message: `asked for ${asked.amount} ${asked.currency}, answered about ${amount} ${currency} of ${reference}`,
  });
}
