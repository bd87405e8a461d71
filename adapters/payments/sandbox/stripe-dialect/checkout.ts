import { z } from 'zod';
import { findMethod } from '../server/attach-method.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply, refuse } from '../server/wire.ts';
import { testTokenNames } from '../test-tokens.ts';
import { announce } from './events.ts';
import { findCustomer, insertMethod, renderMethod } from './methods.ts';
import { accountOfObject, findObject, insertObject, type ObjectRef, updateObject } from './stripe-store.ts';
import {
  answerOnce,
  expands,
  metadata,
  missing,
  readParams,
  type StripeAnswer,
  type StripeCall,
  type StripeReply,
  stripeId,
  text,
} from './stripe-wire.ts';

interface Session {
  id: string;
  status: 'open' | 'complete' | 'expired';
  customer: string;
  setup_intent: string;
  success_url: string;
  cancel_url: string | null;
  expires_at: number;
}

interface SetupIntent {
  id: string;
  payment_method: string | null;
  status: string;
}

const lifeSeconds = 86_400;
const sessionBody = {
  mode: z.literal('setup'),
  customer: text,
  client_reference_id: text.optional(),
  allowed_payment_method_types: z.record(z.string(), z.literal('card')).optional(),
  success_url: z.url(),
  cancel_url: z.url().optional(),
  metadata,
  setup_intent_data: z.strictObject({ metadata }).default({ metadata: {} }),
};

/** `POST /v1/checkout/sessions` in set-up mode. */
export function createSession(sandbox: Sandbox, call: StripeCall): Reply {
  const body = readParams(sessionBody, call.body);
  return answerOnce(sandbox, call, () => {
    const { account } = call;
    const { id: customer } = findCustomer(sandbox, account, body.customer);
    const created = Math.floor(sandbox.now() / 1000);
    const id = stripeId('cs_test');
    const intent = {
      ...{ id: stripeId('seti'), object: 'setup_intent', created, customer, payment_method: null },
      ...{ status: 'requires_payment_method', metadata: body.setup_intent_data.metadata, usage: 'off_session' },
    };
    const session = {
      ...{ id, object: 'checkout.session', mode: 'setup', status: 'open', created, customer },
      ...{ client_reference_id: body.client_reference_id ?? null, metadata: body.metadata, livemode: false },
      ...{ success_url: body.success_url, cancel_url: body.cancel_url ?? null, setup_intent: intent.id },
      ...{ payment_status: 'no_payment_required', expires_at: created + lifeSeconds },
      url: `${call.baseUrl}/checkout/${id}`,
    };
    insertObject(sandbox, { account, kind: 'setup_intent', id: intent.id }, intent);
    insertObject(sandbox, { account, kind: 'session', id }, session);
    return answer(200, session);
  });
}

export function getSession(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const id = call.params[0] ?? '';
  const session = findSession(sandbox, { account: call.account, kind: 'session', id });
  if (session === undefined) throw missing('checkout.session', id, 'session');
  const shown = { ...session, url: session.status === 'open' ? `${call.baseUrl}/checkout/${id}` : null };
  const withMethod = expands(call.query, 'setup_intent.payment_method');
  if (!withMethod && !expands(call.query, 'setup_intent')) return answer(200, shown);
  const intent = renderSetupIntent(sandbox, { ...call, params: [session.setup_intent] }, withMethod);
  return answer(200, { ...shown, setup_intent: intent });
}

export function getSetupIntent(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  return answer(200, renderSetupIntent(sandbox, call, expands(call.query, 'payment_method')));
}

function renderSetupIntent(sandbox: Sandbox, { account, params }: StripeCall, withMethod: boolean): object {
  const id = params[0] ?? '';
  const intent = findObject<SetupIntent>(sandbox, { account, kind: 'setup_intent', id });
  if (intent === undefined) throw missing('setup_intent', id, 'intent');
  const method = withMethod ? findMethod(sandbox, account, intent.payment_method ?? '') : undefined;
  return method === undefined ? intent : { ...intent, payment_method: renderMethod(sandbox, method) };
}

/** An open session past its time is expired, whether or not anybody looked. */
function findSession(sandbox: Sandbox, ref: ObjectRef): Session | undefined {
  const session = findObject<Session>(sandbox, ref);
  if (session === undefined || session.status !== 'open' || session.expires_at * 1000 > sandbox.now()) return session;
  return { ...session, status: 'expired' };
}

/** `GET /checkout/{id}`: what the customer sees; a test card stands for typing one in. */
export function showCheckout(sandbox: Sandbox, call: StripeCall): Reply {
  const found = visited(sandbox, call);
  return found === null ? noPage : { kind: 'page', html: checkoutPage(found.session) };
}

/** `POST /checkout/{id}` with `token`, from the page or any other client. */
export function finishCheckout(sandbox: Sandbox, call: StripeCall): StripeReply {
  const found = visited(sandbox, call);
  if (found === null) return noPage;
  const { session, account } = found;
  if (session.status !== 'open') return refuse(409, 'already_decided', `This session is ${session.status}`);
  const { token } = readParams({ token: text }, { ...call.query, ...call.body });
  const complete = { ...session, status: 'complete' };
  sandbox.transaction(() => {
    const method = insertMethod(sandbox, { account, token, customer: session.customer });
    const ref: ObjectRef = { account, kind: 'setup_intent', id: session.setup_intent };
    const intent = { ...findObject<SetupIntent>(sandbox, ref), payment_method: method.id, status: 'succeeded' };
    updateObject(sandbox, ref, intent);
    updateObject(sandbox, { account, kind: 'session', id: session.id }, complete);
    announce(sandbox, { account, type: 'setup_intent.succeeded', object: intent });
    announce(sandbox, { account, type: 'checkout.session.completed', object: complete });
  });
  sandbox.wake();
  if (call.wantsHtml) return { kind: 'redirect', url: session.success_url };
  return answer(200, { id: session.id, status: complete.status });
}

const noPage = refuse(404, 'unknown_session', 'No such page');

function visited(sandbox: Sandbox, call: StripeCall): { session: Session; account: string } | null {
  const id = call.params[0] ?? '';
  const account = accountOfObject(sandbox, 'session', id);
  const session = account === undefined ? undefined : findSession(sandbox, { account, kind: 'session', id });
  return account === undefined || session === undefined ? null : { session, account };
}

function checkoutPage({ status, cancel_url: cancelUrl }: Session): string {
  const card = (token: string): string => `<li><button name="token" value="${token}">${token}</button></li>`;
  const back = cancelUrl === null ? '' : `<p><a href="${escapeHtml(cancelUrl)}">Back</a></p>`;
  const body =
    status === 'open'
      ? `<p>Choose a test card:</p><form method="post"><ul>${testTokenNames().map(card).join('')}</ul></form>${back}`
      : `<p>This page is ${status}.</p>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Save a card</title><h1>Sandbox checkout</h1>${body}</html>`;
}

function escapeHtml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
