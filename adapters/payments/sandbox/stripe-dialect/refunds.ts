import type { z } from 'zod';
import type { RefundBehaviour } from '../refund-behaviour.ts';
import { findMethod } from '../server/attach-method.ts';
import { behave } from '../server/behave.ts';
import type { KeyClaim } from '../server/idempotency-keys.ts';
import type { ChargeRow } from '../server/read-charges.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply } from '../server/wire.ts';
import { isDisputed } from './disputes.ts';
import { announce } from './events.ts';
import { findIntent, requireCharge } from './intents.ts';
import { intentExtra, renderStripeCharge } from './render-intent.ts';
import type { Refund } from './settle-refunds.ts';
import { findObject, insertObject, objectsOf } from './stripe-store.ts';
import {
  claimOf,
  invalid,
  listOf,
  metadata,
  missing,
  pageQuery,
  readParams,
  refusals,
  replyOfKey,
  type StripeAnswer,
  type StripeCall,
  stripeId,
  text,
  whole,
} from './stripe-wire.ts';

const refundBody = { payment_intent: text, amount: whole, metadata };

interface RefundCall {
  body: z.output<z.ZodObject<typeof refundBody>>;
  account: string;
  claim: KeyClaim;
  behaviour: RefundBehaviour;
}

/** `POST /v1/refunds`: unlike in the sandbox's own dialect a refused one leaves nothing behind, and its key free. */
export async function createRefund(sandbox: Sandbox, call: StripeCall): Promise<Reply> {
  const body = readParams(refundBody, call.body);
  const claim = claimOf(call);
  const earlier = replyOfKey(sandbox, claim);
  if (earlier !== null) return earlier;
  const { account } = call;
  const charge = requireRefundable(sandbox, account, body);
  const token = findMethod(sandbox, account, charge.method_id)?.token ?? '';
  const behaviour = sandbox.scripts.takeRefund({ account, token, methodId: charge.method_id }) ?? { kind: 'ok' };
  if (behaviour.kind === 'reject') throw invalid('The refund was rejected.', { code: behaviour.code });
  const refund = { body, account, claim, behaviour };
  const record = (answerInstead?: StripeAnswer): Reply => recordRefund(sandbox, refund, answerInstead);
  return behave(sandbox, { claim, behaviour, record, refusals });
}

function requireRefundable(sandbox: Sandbox, account: string, body: RefundCall['body']): ChargeRow {
  const charge = findIntent(sandbox, account, body.payment_intent, 'payment_intent');
  if (charge.status !== 'succeeded') throw invalid('This PaymentIntent does not have a successful charge to refund.');
  if (isDisputed(sandbox, charge)) throw invalid('This charge has been charged back.', { code: 'charge_disputed' });
  const left = charge.amount - charge.refunded;
  if (left === 0) throw invalid('The charge has already been refunded.', { code: 'charge_already_refunded' });
  if (body.amount < 1 || body.amount > left) {
    throw invalid('Refund amount is greater than unrefunded amount on charge.', { param: 'amount' });
  }
  return charge;
}

/** A pending refund is taken off the charge at once, as at Stripe. */
function recordRefund(sandbox: Sandbox, call: RefundCall, answerInstead?: StripeAnswer): Reply {
  const { body, account, behaviour } = call;
  const charge = requireRefundable(sandbox, account, body);
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
    status: behaviour.kind === 'pending' ? 'pending' : 'succeeded',
  };
  const reply = answerInstead ?? answer(200, refund);
  sandbox.transaction(() => {
    insertObject(sandbox, { account, kind: 'refund', id: refund.id }, refund);
    if (behaviour.kind === 'pending') {
      sandbox.sql
        .run`INSERT INTO stripe_pending_refunds (id, account, decide_at, fails) VALUES (${refund.id}, ${account},
        ${Date.now() + behaviour.delayMs}, ${behaviour.failsAs === null ? 0 : 1})`;
    }
    sandbox.sql.run`UPDATE charges SET refunded = refunded + ${body.amount} WHERE id = ${charge.id}`;
    const refunded = requireCharge(sandbox, charge.id);
    announce(sandbox, { account, type: 'refund.created', object: refund });
    const object = renderStripeCharge(refunded, intentExtra(sandbox, charge));
    announce(sandbox, { account, type: 'charge.refunded', object });
    sandbox.keys.remember(call.claim, reply, sandbox.now());
  });
  sandbox.wake();
  return reply;
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
