import { z } from 'zod';
import type { PaymentProvider } from '../port.ts';
import { readAnswer } from '../read-answer.ts';
import { createWire, type WireAnswer } from '../send-request.ts';
import {
  readCancelAnswer,
  toLookUpResult,
  toOutcome,
  toProviderCharge,
  wireCharge,
  wireChargeList,
} from './map-charge.ts';
import { toLookUpRefundResult, toRefundOutcome, wireRefund, wireRefundList } from './map-refund.ts';
import { toBegunSetup, toMethod, toSetupResult, wireMethod, wireSetup } from './map-setup.ts';
import { parseSandboxWebhook, readSandboxEvent } from './parse-webhook.ts';

export interface SandboxProviderOptions {
  baseUrl: string;
  /** Where a customer goes on to who answered a charge's authentication. */
  returnUrl?: string;
  /** For the calls whose request carries no time of its own (attach, list); default 8 s. */
  defaultTimeoutMs?: number;
}

export interface SandboxProvider extends PaymentProvider {
  close: () => void;
}

const keyWindowMs = 86_400_000;

const wireEventList = z.object({
  data: z.array(z.object({ id: z.string(), body: z.string() })),
  next_cursor: z.string().nullable(),
});

/** The port over the sandbox's HTTP dialect; the tenant id is the provider-side account, the attempt id the charge's reference. */
export function createSandboxProvider(options: SandboxProviderOptions): SandboxProvider {
  const { baseUrl, returnUrl, defaultTimeoutMs = 8_000 } = options;
  const wire = createWire(baseUrl);
  const call: Call = {
    post: (path, body, deadlineAtMonotonicMs = within(defaultTimeoutMs), idempotencyKey) =>
      wire.send({ method: 'POST', path, body, deadlineAtMonotonicMs, idempotencyKey }),
    get: (path, query, timeoutMs = defaultTimeoutMs) => {
      const search = new URLSearchParams(query).toString();
      return wire.send({ method: 'GET', path: `${path}?${search}`, deadlineAtMonotonicMs: within(timeoutMs) });
    },
  };
  return {
    name: 'sandbox',
    capabilities: {
      ...{ idempotencyWindowMs: keyWindowMs, refundKeyWindowMs: keyWindowMs, lookUpLagMs: 0, actionWindowMs: null },
      ...{ listCharges: true, listEvents: true, setup: true, attach: true },
      currencies: 'all',
    },
    ...methodCalls(call),
    ...chargeCalls(call, returnUrl),
    ...refundCalls(call),
    ...listCalls(call),
    parseWebhook: parseSandboxWebhook,
    close: wire.close,
  };
}

interface Call {
  post: (path: string, body: object, deadlineAtMonotonicMs?: number, idempotencyKey?: string) => Promise<WireAnswer>;
  get: (path: string, query: Record<string, string>, timeoutMs?: number) => Promise<WireAnswer>;
}

function within(timeoutMs: number): number {
  return performance.now() + timeoutMs;
}

function methodCalls({ post, get }: Call): Pick<PaymentProvider, 'attachMethod' | 'beginSetup' | 'readSetup'> {
  return {
    async attachMethod({ tenantId: account, token, idempotencyKey }) {
      const answer = await post('/v1/methods', { account, token }, undefined, idempotencyKey);
      return toMethod(readAnswer(wireMethod, answer));
    },

    async beginSetup({ tenantId: account, setupId: reference, customerId: customer, returnUrl: return_url, ...call }) {
      const body = { account, reference, customer, return_url };
      const answer = await post('/v1/setups', body, undefined, call.idempotencyKey);
      return toBegunSetup(readAnswer(wireSetup, answer));
    },

    async readSetup({ tenantId: account, providerSetupId }) {
      const path = `/v1/setups/${encodeURIComponent(providerSetupId)}`;
      return toSetupResult(readAnswer(wireSetup, await get(path, { account })));
    },
  };
}

function chargeCalls(
  { post, get }: Call,
  returnUrl: string | undefined,
): Pick<PaymentProvider, 'charge' | 'lookUp' | 'cancelAttempt'> {
  return {
    async charge({ tenantId: account, attemptId: reference, amountMinor: amount, currency, description, ...call }) {
      const what = { reference, method_id: call.providerMethodId, amount, currency, description };
      const body = { account, ...what, ...(returnUrl === undefined ? {} : { return_url: returnUrl }) };
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
  };
}

function refundCalls({ post, get }: Call): Pick<PaymentProvider, 'refund' | 'lookUpRefund'> {
  return {
    async refund({ tenantId: account, refundId: reference, providerChargeId, amountMinor: amount, currency, ...call }) {
      const body = { account, reference, charge_id: providerChargeId, amount, currency };
      const answer = await post('/v1/refunds', body, call.deadlineAtMonotonicMs, call.idempotencyKey);
      return toRefundOutcome(readAnswer(wireRefund, answer));
    },

    async lookUpRefund({ tenantId: account, refundId: reference, timeoutMs }) {
      const answer = await get('/v1/refunds', { account, reference }, timeoutMs);
      return toLookUpRefundResult(readAnswer(wireRefundList, answer).data);
    },
  };
}

function listCalls({ get }: Call): Pick<PaymentProvider, 'listCharges' | 'listEvents'> {
  return {
    async listCharges({ tenantId: account, created, cursor, limit }) {
      const range = created && { created_from: created.from.toISOString(), created_to: created.to.toISOString() };
      const query = { account, limit: String(limit), ...range, ...(cursor === undefined ? {} : { cursor }) };
      const { data, next_cursor } = readAnswer(wireChargeList, await get('/v1/charges', query));
      return { charges: data.map(toProviderCharge), nextCursor: next_cursor };
    },

    async listEvents({ tenantId: account, since, cursor, limit }) {
      const query = { account, since: since.toISOString(), limit: String(limit), ...(cursor ? { cursor } : {}) };
      const { data, next_cursor } = readAnswer(wireEventList, await get('/v1/events', query));
      const events = data.map(({ id, body }) => {
        const rawBody = Buffer.from(body);
        return { event: readSandboxEvent(id, rawBody), rawBody };
      });
      return { events, nextCursor: next_cursor };
    },
  };
}
