import type { AccountOf } from '../account.ts';
import type { PaymentProvider } from '../port.ts';
import { paypalCurrencies } from './amounts.ts';
import { createCertificateStore } from './certificates.ts';
import { cancelOrder, chargeOrder } from './charge-order.ts';
import { connectAccounts } from './connect-account.ts';
import { listOrders } from './list-charges.ts';
import { listWebhookEvents } from './list-events.ts';
import { lookUpOrder } from './look-up-order.ts';
import { parseEventText } from './parse-event.ts';
import { lookUpRefund, refundCapture } from './refund-capture.ts';
import { attachToken, createSetupToken, readSetupToken } from './vault-methods.ts';
import { verifySignature } from './verify-signature.ts';

export interface PaypalProviderOptions {
  /** Credentials `client_id`, `client_secret`; setting `base_url` (test mode only) for a stand-in of PayPal. */
  accountOf: AccountOf;
  /** Whether certificates may come from the host an endpoint names (`cert_host`), for a stand-in of PayPal; default yes. */
  allowsLocal?: boolean;
  /** For the calls whose request carries no time of its own (attach, set-up, list); default 8 s. */
  defaultTimeoutMs?: number;
}

export interface PaypalProvider extends PaymentProvider {
  close: () => void;
}

const hourMs = 3_600_000;

/** How long PayPal remembers a `PayPal-Request-Id`, by the call that carries it. */
const requestIdWindows = {
  orderMs: 6 * hourMs,
  captureMs: 45 * 24 * hourMs,
  refundMs: 45 * 24 * hourMs,
  vaultMs: 3 * hourMs,
} as const;

/** An order that its payer has not approved is gone then. */
const orderLifeMs = 3 * hourMs;

/** Without an order's id a look-up finds only what the transaction search does: https://developer.paypal.com/docs/api/transaction-search/v1/ */
const searchLagMs = 3 * hourMs;

/**
 * The port over PayPal's Orders v2, Payments v2 and Vault v3 by the official SDK. A provider charge is an order: its id stands
 * from the first answer to the last refund, while a capture exists only once money moved.
 */
export function createPaypalProvider(options: PaypalProviderOptions): PaypalProvider {
  const { accountOf, allowsLocal = true, defaultTimeoutMs = 8_000 } = options;
  const connection = connectAccounts(accountOf);
  const certificates = createCertificateStore();
  return {
    name: 'paypal',
    capabilities: {
      ...{ idempotencyWindowMs: requestIdWindows.orderMs, refundKeyWindowMs: requestIdWindows.refundMs },
      ...{ lookUpLagMs: searchLagMs, actionWindowMs: orderLifeMs },
      ...{ listCharges: true, listEvents: true, setup: true, attach: true },
      currencies: paypalCurrencies,
    },
    attachMethod: (request) => attachToken(connection, request, defaultTimeoutMs),
    charge: (request) => chargeOrder(connection, request),
    beginSetup: (request) => createSetupToken(connection, request, defaultTimeoutMs),
    readSetup: (request) => readSetupToken(connection, request, defaultTimeoutMs),
    lookUp: (request) => lookUpOrder(connection, request),
    cancelAttempt: (request) => cancelOrder(connection, request),
    refund: (request) => refundCapture(connection, request),
    lookUpRefund: (request) => lookUpRefund(connection, request),
    listCharges: (request) => listOrders(connection, request, defaultTimeoutMs),
    listEvents: (request) => listWebhookEvents(connection, request, defaultTimeoutMs),
    async parseWebhook(request) {
      const { cert_host: certHost = '', ...settings } = request.settings;
      await verifySignature(certificates, {
        ...request,
        settings: allowsLocal ? { ...settings, cert_host: certHost } : settings,
      });
      return parseEventText(request.rawBody);
    },
    close: connection.close,
  };
}
