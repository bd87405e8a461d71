import { z } from 'zod';
import type { CancelAttemptResult, PaymentProvider } from '../port.ts';
import { notSupported } from '../provider-error.ts';
import { toLookUpResult, toOutcome, toProviderCharge, wireCharge, wireChargeList } from './map-charge.ts';
import { toLookUpRefundResult, toRefundOutcome, wireRefund, wireRefundList } from './map-refund.ts';
import { parseSandboxWebhook } from './parse-webhook.ts';
import { readAnswer } from '../read-answer.ts';
import { createWire, type WireAnswer } from '../send-request.ts';

export interface SandboxProviderOptions {
  baseUrl: string;
  /** For the calls whose request carries no time of its own (attach, list); default 8 s. */
  defaultTimeoutMs?: number;
}

export interface SandboxProvider extends PaymentProvider {
  close: () => void;
}

const keyWindowMs = 86_400_000;

const wireMethod = z.object({
  id: z.string(),
  brand: z.string(),
  last4: z.string(),
  exp_month: z.int(),
  exp_year: z.int(),
});

/** The port over the sandbox's HTTP dialect; the tenant id is the provider-side account, the attempt id the charge's reference. */
export function createSandboxProvider({ baseUrl, defaultTimeoutMs = 8_000 }: SandboxProviderOptions): SandboxProvider {
  const wire = createWire(baseUrl);
  const within = (timeoutMs: number): number => performance.now() + timeoutMs;
  const post = (
    path: string,
    body: object,
    deadlineAtMonotonicMs: number,
    idempotencyKey?: string,
  ): Promise<WireAnswer> => wire.send({ method: 'POST', path, body, deadlineAtMonotonicMs, idempotencyKey });
  const get = (path: string, query: Record<string, string>, timeoutMs: number): Promise<WireAnswer> =>
    wire.send({
      method: 'GET',
      path: `${path}?${new URLSearchParams(query).toString()}`,
      deadlineAtMonotonicMs: within(timeoutMs),
    });

  return {
    name: 'sandbox',
    capabilities: {
      ...{ idempotencyWindowMs: keyWindowMs, refundKeyWindowMs: keyWindowMs },
      ...{ listCharges: true, listEvents: false, setup: false, attach: true },
      currencies: 'all',
    },

    async attachMethod({ tenantId: account, token, idempotencyKey }) {
      const answer = await post('/v1/methods', { account, token }, within(defaultTimeoutMs), idempotencyKey);
      const { id, brand, last4, exp_month, exp_year } = readAnswer(wireMethod, answer);
      return { providerMethodId: id, brand, last4, expMonth: exp_month, expYear: exp_year };
    },

    async charge({ tenantId: account, attemptId: reference, amountMinor: amount, currency, description, ...call }) {
      const body = { account, reference, method_id: call.providerMethodId, amount, currency, description };
      const answer = await post('/v1/charges', body, call.deadlineAtMonotonicMs, call.idempotencyKey);
      return toOutcome(readAnswer(wireCharge, answer));
    },

    async lookUp({ tenantId: account, attemptId: reference, timeoutMs }) {
      const answer = await get('/v1/charges', { account, reference }, timeoutMs);
      return toLookUpResult(readAnswer(wireChargeList, answer).data);
    },

    async cancelAttempt({ tenantId: account, providerChargeId, timeoutMs }) {
      const path = `/v1/charges/${encodeURIComponent(providerChargeId)}/cancel`;
      return readCancelAnswer(await post(path, { account }, within(timeoutMs)));
    },

    async refund({ tenantId: account, refundId: reference, providerChargeId, amountMinor: amount, currency, ...call }) {
      const body = { account, reference, charge_id: providerChargeId, amount, currency };
      const answer = await post('/v1/refunds', body, within(call.timeoutMs), call.idempotencyKey);
      return toRefundOutcome(readAnswer(wireRefund, answer));
    },

    async lookUpRefund({ tenantId: account, refundId: reference, timeoutMs }) {
      const answer = await get('/v1/refunds', { account, reference }, timeoutMs);
      return toLookUpRefundResult(readAnswer(wireRefundList, answer).data);
    },

    async listCharges({ tenantId: account, cursor, limit }) {
      const query = { account, limit: String(limit), ...(cursor === undefined ? {} : { cursor }) };
      const { data, next_cursor } = readAnswer(wireChargeList, await get('/v1/charges', query, defaultTimeoutMs));
      return { charges: data.map(toProviderCharge), nextCursor: next_cursor };
    },

    beginSetup: async () => notSupported('beginSetup'),
    readSetup: async () => notSupported('readSetup'),
    listEvents: async () => ({ events: [], nextCursor: null }),
    parseWebhook: parseSandboxWebhook,
    close: wire.close,
  };
}

const decidedBody = z.object({ error: z.object({ code: z.literal('already_decided') }), charge: wireCharge });

function readCancelAnswer(answer: WireAnswer): CancelAttemptResult {
  if (answer.status === 409) {
    const { charge } = readAnswer(decidedBody, { ...answer, status: 200 });
    return { kind: 'already_decided', outcome: toOutcome(charge) };
  }
  readAnswer(wireCharge, answer);
  return { kind: 'canceled' };
}
