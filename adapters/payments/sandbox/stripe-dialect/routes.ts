import type { Sandbox } from '../server/sandbox.ts';
import { decideIntentAction, showIntentAction } from './actions.ts';
import { createSession, finishCheckout, getSession, getSetupIntent, showCheckout } from './checkout.ts';
import { createIntent } from './create-intent.ts';
import { getDispute, openDispute, settleDispute } from './disputes.ts';
import { getEvent, listEvents } from './events.ts';
import { cancelIntent, confirmIntent, getIntent, listIntents, searchIntents } from './intents.ts';
import { attachMethod, createCustomer, createMethod, getCustomer, getMethod, searchCustomers } from './methods.ts';
import { createRefund, getRefund, listRefunds } from './refunds.ts';
import { failRefund } from './settle-refunds.ts';
import type { StripeCall, StripeReply } from './stripe-wire.ts';
import { createEndpoint, deleteEndpoint, listEndpoints } from './webhook-endpoints.ts';

export interface StripeRoute {
  method: string;
  pattern: RegExp;
  handle: (sandbox: Sandbox, call: StripeCall) => StripeReply | Promise<StripeReply>;
}

/** What of Stripe's API the SDK is asked for here; a literal path stands before the pattern that would take it for an id. */
export const stripeRoutes: readonly StripeRoute[] = [
  route('POST /v1/payment_intents', createIntent),
  route('GET /v1/payment_intents', listIntents),
  route('GET /v1/payment_intents/search', searchIntents),
  route('GET /v1/payment_intents/:id', getIntent),
  route('POST /v1/payment_intents/:id/confirm', confirmIntent),
  route('POST /v1/payment_intents/:id/cancel', cancelIntent),
  route('POST /v1/customers', createCustomer),
  route('GET /v1/customers/search', searchCustomers),
  route('GET /v1/customers/:id', getCustomer),
  route('POST /v1/payment_methods', createMethod),
  route('GET /v1/payment_methods/:id', getMethod),
  route('POST /v1/payment_methods/:id/attach', attachMethod),
  route('POST /v1/checkout/sessions', createSession),
  route('GET /v1/checkout/sessions/:id', getSession),
  route('GET /v1/setup_intents/:id', getSetupIntent),
  route('POST /v1/refunds', createRefund),
  route('GET /v1/refunds', listRefunds),
  route('GET /v1/refunds/:id', getRefund),
  route('GET /v1/disputes/:id', getDispute),
  route('GET /v1/events', listEvents),
  route('GET /v1/events/:id', getEvent),
  route('POST /v1/webhook_endpoints', createEndpoint),
  route('GET /v1/webhook_endpoints', listEndpoints),
  route('DELETE /v1/webhook_endpoints/:id', deleteEndpoint),
  route('GET /checkout/:id', showCheckout),
  route('POST /checkout/:id', finishCheckout),
  route('GET /actions/:id', showIntentAction),
  route('POST /actions/:id', decideIntentAction),
  route('POST /control/disputes', openDispute),
  route('POST /control/disputes/:id', settleDispute),
  route('POST /control/refunds/:id', failRefund),
];

function route(name: string, handle: StripeRoute['handle']): StripeRoute {
  const [method = '', path = ''] = name.split(' ');
  return { method, pattern: new RegExp(`^${path.replaceAll(':id', '([^/]+)')}$`), handle };
}
