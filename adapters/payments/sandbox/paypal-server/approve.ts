import { z } from 'zod';
import { type Reply, read } from '../server/wire.ts';
import { findTestToken, testTokenNames } from '../test-tokens.ts';
import { approveOrder, findOrder } from './decide-order.ts';
import type { Paypal } from './paypal.ts';
import { findSetupToken, type SetupTokenRow } from './vault.ts';
import { type PaypalRequest, refusePaypal } from './wire.ts';

const result = z.object({ result: z.enum(['succeeded', 'failed']).default('succeeded') });
const choice = result.extend({ method: z.string().default('tok_ok') });

const unknownPage = (): Reply => refusePaypal(404, 'RESOURCE_NOT_FOUND', 'unknown_page', 'No such page');
const decided = (state: string): Reply =>
  refusePaypal(409, 'RESOURCE_CONFLICT', 'already_decided', `This charge is ${state}`);

function page(title: string, body: string): Reply {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>Sandbox PayPal</h1>${body}</html>`;
  return { kind: 'page', html };
}

/** A browser goes back to the merchant, everybody else gets JSON. */
function goBack(request: PaypalRequest, status: string, backUrl: string | null): Reply {
  if (request.wantsHtml && backUrl === null) return page('Done', `<p>This page is done: ${status}.</p>`);
  if (request.wantsHtml && backUrl !== null) {
    return { kind: 'answer', status: 303, body: { status }, headers: { location: backUrl } };
  }
  return { kind: 'answer', status: 200, body: { status } };
}

/** `GET /agreements/approve`: the payer picks what every later charge does. */
export function showSetup(paypal: Paypal, { query }: PaypalRequest): Reply {
  const setup = findSetupToken(paypal, query.get('approval_session_id') ?? '');
  if (setup === undefined) return unknownPage();
  if (setup.status !== 'PAYER_ACTION_REQUIRED') return page('Done', '<p>This was approved already.</p>');
  const options = testTokenNames().map((name) => `<option>${name}</option>`);
  const approve = `<form method="post"><label>Pay with <select name="method">${options.join('')}</select></label> <button>Agree</button></form>`;
  const leave = '<form method="post"><input type="hidden" name="result" value="failed"><button>Cancel</button></form>';
  return page('Agree to later payments', `<p>Agree to be charged later?</p>${approve}${leave}`);
}

/** `POST /agreements/approve` with `method` and `result` in the query, a form or JSON. Leaving decides nothing. */
export function decideSetup(paypal: Paypal, request: PaypalRequest): Reply {
  const setup = findSetupToken(paypal, request.query.get('approval_session_id') ?? '');
  if (setup === undefined) return unknownPage();
  const wanted = read(choice, { ...Object.fromEntries(request.query), ...(request.body as object) });
  if (findTestToken(wanted.method) === undefined) return refusePaypal(400, 'INVALID_REQUEST', 'unknown_method');
  if (wanted.result === 'failed') return goBack(request, setup.status, backTo(setup));
  if (setup.status !== 'PAYER_ACTION_REQUIRED') return decided(setup.status.toLowerCase());
  paypal.sandbox.sql
    .run`UPDATE paypal_setup_tokens SET status = 'APPROVED', token = ${wanted.method} WHERE id = ${setup.id}`;
  return goBack(request, 'APPROVED', backTo(setup));
}

function backTo(setup: SetupTokenRow): string {
  const url = new URL(setup.return_url);
  url.searchParams.set('approval_token_id', setup.id);
  return url.href;
}

export function showOrder(paypal: Paypal, { query }: PaypalRequest): Reply {
  const order = findOrder(paypal, query.get('token') ?? '');
  if (order === undefined) return unknownPage();
  const button = (value: string, label: string): string =>
    `<form method="post"><input type="hidden" name="result" value="${value}"><button>${label}</button></form>`;
  const isOpen = order.status === 'PAYER_ACTION_REQUIRED' && order.intent === 'CAPTURE';
  const buttons = button('succeeded', 'Pay') + button('failed', 'Cancel');
  const text = `<p>Pay ${(order.hundredths / 100).toFixed(2)} ${order.currency}?</p>${buttons}`;
  return page('Confirm the payment', isOpen ? text : '<p>This payment is decided.</p>');
}

/** `POST /checkoutnow`: a payer who leaves may come back, so that a refusal decides nothing. */
export function decideOrder(paypal: Paypal, request: PaypalRequest): Reply {
  const order = findOrder(paypal, request.query.get('token') ?? '');
  if (order === undefined) return unknownPage();
  const wanted = read(result, { ...Object.fromEntries(request.query), ...(request.body as object) });
  if (order.intent !== 'CAPTURE') return decided('canceled');
  if (order.status !== 'PAYER_ACTION_REQUIRED') {
    return wanted.result === 'succeeded' ? goBack(request, order.status, null) : decided(order.status.toLowerCase());
  }
  if (wanted.result === 'failed') return goBack(request, order.status, null);
  approveOrder(paypal, order, request.baseUrl);
  return goBack(request, 'APPROVED', null);
}
