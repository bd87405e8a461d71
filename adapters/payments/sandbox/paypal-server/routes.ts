import { addScript, setClock } from '../server/control-sandbox.ts';
import type { Reply, WireRequest } from '../server/wire.ts';
import { decideOrder, decideSetup, showOrder, showSetup } from './approve.ts';
import { refuseChanges, revokeTokens, setIndexDelay } from './control-paypal.ts';
import { createOrder } from './create-order.ts';
import { captureOrder, changeOrder, getCapture, getOrder } from './decide-order.ts';
import { disputeOrder } from './dispute-order.ts';
import { issueToken } from './issue-token.ts';
import type { Paypal } from './paypal.ts';
import { listEvents } from './record-event.ts';
import { getRefund, refundCapture } from './refund-capture.ts';
import { searchTransactions } from './search-transactions.ts';
import { createPaymentToken, createSetupToken, getSetupToken, listPaymentTokens } from './vault.ts';
import type { PaypalRequest } from './wire.ts';

type Handle = (paypal: Paypal, request: PaypalRequest) => Reply | Promise<Reply>;

export interface PaypalRoute {
  /** `METHOD /path/:id`, also the label in metrics. */
  name: string;
  method: string;
  pattern: RegExp;
  /** Without an access token: the token call itself, the payer's pages, the controls. */
  isOpen: boolean;
  handle: Handle;
}

export const paypalRoutes: readonly PaypalRoute[] = [
  route('POST /v2/checkout/orders', createOrder),
  route('GET /v2/checkout/orders/:id', getOrder),
  route('PATCH /v2/checkout/orders/:id', changeOrder),
  route('POST /v2/checkout/orders/:id/capture', captureOrder),
  route('GET /v2/payments/captures/:id', getCapture),
  route('POST /v2/payments/captures/:id/refund', refundCapture),
  route('GET /v2/payments/refunds/:id', getRefund),
  route('POST /v3/vault/setup-tokens', createSetupToken),
  route('GET /v3/vault/setup-tokens/:id', getSetupToken),
  route('POST /v3/vault/payment-tokens', createPaymentToken),
  route('GET /v3/vault/payment-tokens', listPaymentTokens),
  route('GET /v1/reporting/transactions', searchTransactions),
  route('GET /v1/notifications/webhooks-events', listEvents),
  open('POST /v1/oauth2/token', issueToken),
  open('GET /agreements/approve', showSetup),
  open('POST /agreements/approve', decideSetup),
  open('GET /checkoutnow', showOrder),
  open('POST /checkoutnow', decideOrder),
  open('POST /control/script', (paypal, request) => addScript(paypal.sandbox, shared(request))),
  open('POST /control/clock', (paypal, request) => setClock(paypal.sandbox, shared(request))),
  open('POST /control/disputes', disputeOrder),
  open('POST /control/revoke-tokens', revokeTokens),
  open('POST /control/refuse-changes', refuseChanges),
  open('POST /control/index-delay', setIndexDelay),
];

/** The request as the sandbox's own controls read it. */
function shared(request: PaypalRequest): WireRequest {
  return { ...request, idempotencyKey: undefined, rawBody: Buffer.alloc(0), headers: {} };
}

function route(name: string, handle: Handle): PaypalRoute {
  const [method = '', path = ''] = name.split(' ');
  return { name, method, pattern: new RegExp(`^${path.replaceAll(':id', '([^/]+)')}$`), isOpen: false, handle };
}

function open(name: string, handle: Handle): PaypalRoute {
  return { ...route(name, handle), isOpen: true };
}
