import type Stripe from 'stripe';
import type { AccountOf } from '../account.ts';
import type { PaymentProvider } from '../port.ts';
import { attachMethod } from './attach-method.ts';
import { cancelAttempt, chargeMethod } from './charge-method.ts';
import { toProviderError } from './classify-error.ts';
import { stripeCurrencies } from './currency.ts';
import { listCharges, listEvents } from './list-charges.ts';
import { lookUpCharge } from './look-up-charge.ts';
import { createStripeClients } from './open-client.ts';
import { defaultToleranceSeconds, parseStripeWebhook } from './parse-webhook.ts';
import { lookUpRefund, refundCharge } from './refund-charge.ts';
import { beginSetup, readSetup } from './set-up-method.ts';

export interface StripeProviderOptions {
  /** Credentials: `secret_key`. Settings: `base_url`, for test accounts only. */
  accountOf: AccountOf;
  /** Instead of Stripe's own address. */
  baseUrl?: string;
  /** Where a customer lands after confirming a charge on Stripe's page; without it such a charge is declined (`authentication_required`). */
  returnUrl?: string;
  /** Either way; default 300. */
  webhookToleranceSeconds?: number;
  /** For the calls whose request carries no time of its own; default 8 s. */
  defaultTimeoutMs?: number;
}

export interface StripeProvider extends PaymentProvider {
  close: () => void;
}

/** https://docs.stripe.com/api/idempotent_requests: keys may be forgotten once they are 24 hours old. */
const keyWindowMs = 86_400_000;

/** The port over the official SDK. A PaymentIntent is the charge; our ids of tenant, attempt, refund and set-up are its metadata. */
export function createStripeProvider(options: StripeProviderOptions): StripeProvider {
  const { accountOf, returnUrl, defaultTimeoutMs = 8_000 } = options;
  const toleranceSeconds = options.webhookToleranceSeconds ?? defaultToleranceSeconds;
  const clients = createStripeClients(options.baseUrl);

  async function until<R extends { tenantId: string }, T>(
    deadlineAtMonotonicMs: number,
    request: R,
    act: (stripe: Stripe, request: R) => Promise<T>,
  ): Promise<T> {
    const account = await accountOf(request.tenantId);
    try {
      return await act(clients.open(account, deadlineAtMonotonicMs), request);
    } catch (error) {
      throw toProviderError(error);
    }
  }
  const within = <R extends { tenantId: string; timeoutMs?: number }, T>(
    request: R,
    act: (stripe: Stripe, request: R) => Promise<T>,
  ): Promise<T> => until(performance.now() + (request.timeoutMs ?? defaultTimeoutMs), request, act);

  return {
    name: 'stripe',
    capabilities: {
      ...{ idempotencyWindowMs: keyWindowMs, refundKeyWindowMs: keyWindowMs, lookUpLagMs: 0, actionWindowMs: null },
      ...{ listCharges: true, listEvents: true, setup: true, attach: true },
      currencies: stripeCurrencies,
    },
    attachMethod: (request) => within(request, attachMethod),
    charge: (request) =>
      until(request.deadlineAtMonotonicMs, request, (stripe, charge) => chargeMethod(stripe, charge, returnUrl)),
    beginSetup: (request) => within(request, beginSetup),
    readSetup: (request) => within(request, readSetup),
    lookUp: (request) => within(request, lookUpCharge),
    cancelAttempt: (request) => within(request, cancelAttempt),
    refund: (request) => until(request.deadlineAtMonotonicMs, request, refundCharge),
    lookUpRefund: (request) => within(request, lookUpRefund),
    listCharges: (request) => within(request, listCharges),
    listEvents: (request) => within(request, listEvents),
    parseWebhook: (request) => parseStripeWebhook(request, toleranceSeconds),
    close: clients.close,
  };
}
