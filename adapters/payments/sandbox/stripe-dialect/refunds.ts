import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply, refuse } from '../server/wire.ts';
import { isDisputed } from './disputes.ts';
import { announce } from './events.ts';
import { findIntent, requireCharge } from './intents.ts';
import { intentExtra, renderStripeCharge } from './render-intent.ts';
import { accountOfObject, findObject, insertObject, objectsOf, updateObject } from './stripe-store.ts';
import {
  answerOnce,
  invalid,
  listOf,
  metadata,
  missing,
  pageQuery,
  readParams,
  type StripeAnswer,
  type StripeCall,
  stripeId,
  text,
  whole,
} from './stripe-wire.ts';

interface Refund {
  id: string;
  payment_intent: string;
  amount: number;
  status: 'succeeded' | 'failed';
}

/** `POST /v1/refunds`: unlike in the sandbox's own dialect a refused one leaves nothing behind. */
export function createRefund(sandbox: Sandbox, call: StripeCall): Reply {
  const body = readParams({ payment_intent: text, amount: whole, metadata }, call.body);
  return answerOnce(sandbox, call, () => {
    const { account } = call;
    const charge = findIntent(sandbox, account, body.payment_intent, 'payment_intent');
    if (charge.status !== 'succeeded') throw invalid('This PaymentIntent does not have a successful charge to refund.');
    if (isDisputed(sandbox, charge)) {
      throw invalid('This charge has been charged back.', { code: 'charge_disputed' });
    }
    const left = charge.amount - charge.refunded;
    if (left === 0) throw invalid('The charge has already been refunded.', { code: 'charge_already_refunded' });
    if (body.amount < 1 || body.amount > left) {
      throw invalid('Refund amount is greater than unrefunded amount on charge.', { param: 'amount' });
    }
    const refund = {
      id: stripeId('re'),
      object: 'refund',
      amount: body.amount,
      charge: charge.id.replace(/^pi_/, 'ch_'),
      created: Math.floor(sandbox.now() / 1000),
      currency: charge.currency.toLowerCase(),
      metadata: body.metadata,
      payment_intent: charge.id,
      reason: null,
      status: 'succeeded',
    };
    insertObject(sandbox, { account, kind: 'refund', id: refund.id }, refund);
    sandbox.sql.run`UPDATE charges SET refunded = refunded + ${body.amount} WHERE id = ${charge.id}`;
    const refunded = requireCharge(sandbox, charge.id);
    announce(sandbox, { account, type: 'refund.created', object: refund });
    const object = renderStripeCharge(refunded, intentExtra(sandbox, charge));
    announce(sandbox, { account, type: 'charge.refunded', object });
    return answer(200, refund);
  });
}

/** `POST /control/refunds/{id}`: the customer's bank sends the money back after all; repeating it is harmless. */
export function failRefund(sandbox: Sandbox, call: StripeCall): Reply {
  const id = call.params[0] ?? '';
  const account = accountOfObject(sandbox, 'refund', id);
  const refund = account === undefined ? undefined : findObject<Refund>(sandbox, { account, kind: 'refund', id });
  if (account === undefined || refund === undefined) return refuse(404, 'unknown_refund', 'No such refund');
  if (refund.status === 'failed') return answer(200, refund);
  const failed = { ...refund, status: 'failed', failure_reason: 'lost_or_stolen_card' };
  sandbox.transaction(() => {
    updateObject(sandbox, { account, kind: 'refund', id }, failed);
    sandbox.sql.run`UPDATE charges SET refunded = refunded - ${refund.amount} WHERE id = ${refund.payment_intent}`;
    announce(sandbox, { account, type: 'refund.failed', object: failed });
  });
  sandbox.wake();
  return answer(200, failed);
}

export function getRefund(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const id = call.params[0] ?? '';
  const refund = findObject<Refund>(sandbox, { account: call.account, kind: 'refund', id });
  if (refund === undefined) throw missing('refund', id);
  return answer(200, refund);
}

/** `GET /v1/refunds` of one intent, newest first. */
export function listRefunds(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const query = readParams({ ...pageQuery, payment_intent: text }, call.query);
  const charge = findIntent(sandbox, call.account, query.payment_intent, 'payment_intent');
  const all = objectsOf<Refund>(sandbox, call.account, 'refund').filter((each) => each.payment_intent === charge.id);
  const start = all.findIndex(({ id }) => id === query.starting_after) + 1;
  const page = all.slice(start, start + query.limit);
  return listOf('/v1/refunds', page, start + query.limit < all.length);
}
