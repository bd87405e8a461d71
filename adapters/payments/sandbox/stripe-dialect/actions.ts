import type { Sandbox } from '../server/sandbox.ts';
import { decideAction, showAction } from '../server/settle-charge.ts';
import { type Reply, refuse, type WireRequest } from '../server/wire.ts';
import { type IntentExtra, intentExtra } from './render-intent.ts';
import { accountOfObject } from './stripe-store.ts';
import type { StripeCall, StripeReply } from './stripe-wire.ts';

/** `GET /actions/{id}`: the bank's page, reachable once the intent was confirmed on-session. */
export function showIntentAction(sandbox: Sandbox, call: StripeCall): Reply {
  return visited(sandbox, call) === null ? noAction : showAction(sandbox, toWireRequest(call));
}

/** `POST /actions/{id}` with `result`; a person goes back to where the merchant wanted them. */
export async function decideIntentAction(sandbox: Sandbox, call: StripeCall): Promise<StripeReply> {
  const extra = visited(sandbox, call);
  if (extra === null) return noAction;
  const reply = await decideAction(sandbox, { ...toWireRequest(call), wantsHtml: false });
  const decided = reply.kind === 'answer' && reply.status === 200;
  return decided && call.wantsHtml && extra.returnUrl !== null ? { kind: 'redirect', url: extra.returnUrl } : reply;
}

const noAction = refuse(404, 'unknown_action', 'No such action');

function visited(sandbox: Sandbox, call: StripeCall): IntentExtra | null {
  const id = call.params[0] ?? '';
  const account = accountOfObject(sandbox, 'payment_intent', id);
  const extra = account === undefined ? null : intentExtra(sandbox, { account, id });
  return extra?.confirmedOnSession ? extra : null;
}

function toWireRequest({ params, query, body, baseUrl, wantsHtml }: StripeCall): WireRequest {
  const flat = Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const request = { params, query: new URLSearchParams(flat), body, idempotencyKey: undefined, baseUrl, wantsHtml };
  // Nothing here is signed.
  return { ...request, rawBody: Buffer.alloc(0), headers: {} };
}
