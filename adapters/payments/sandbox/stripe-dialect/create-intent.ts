import { z } from 'zod';
import { type Behaviour, decideCharge } from '../behaviour.ts';
import { findMethod, type MethodRow } from '../server/attach-method.ts';
import { behave } from '../server/behave.ts';
import type { KeyClaim } from '../server/idempotency-keys.ts';
import type { ChargeRow } from '../server/read-charges.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply } from '../server/wire.ts';
import { findTestToken } from '../test-tokens.ts';
import { announce } from './events.ts';
import { announceIntent } from './intents.ts';
import { customerOfMethod } from './methods.ts';
import { declineOf, type IntentExtra, renderIntent } from './render-intent.ts';
import { insertObject } from './stripe-store.ts';
import {
  claimOf,
  invalid,
  metadata,
  readParams,
  refusals,
  refuseStripe,
  replyOfKey,
  type StripeAnswer,
  type StripeCall,
  stripeId,
  text,
  whole,
} from './stripe-wire.ts';

const createBody = {
  amount: whole.pipe(z.int().min(1).max(99_999_999)),
  currency: z.string().regex(/^[a-z]{3}$/),
  customer: text.optional(),
  payment_method: text,
  confirm: z.literal('true'),
  off_session: z.literal('true'),
  description: z.string().max(1000).default(''),
  metadata,
};

interface IntentCall {
  body: z.output<z.ZodObject<typeof createBody>>;
  account: string;
  baseUrl: string;
  claim: KeyClaim;
  method: MethodRow;
  behaviour: Behaviour;
}

/** `POST /v1/payment_intents`, created and confirmed at once, without the customer. */
export async function createIntent(sandbox: Sandbox, call: StripeCall): Promise<Reply> {
  const body = readParams(createBody, call.body);
  const claim = claimOf(call);
  const earlier = replyOfKey(sandbox, claim);
  if (earlier !== null) return earlier;
  const { account, baseUrl } = call;
  const method = findMethod(sandbox, account, body.payment_method);
  if (method === undefined) {
    const param = 'payment_method';
    throw invalid(`No such PaymentMethod: '${body.payment_method}'`, { code: 'resource_missing', param });
  }
  if (customerOfMethod(sandbox, account, method.id) !== (body.customer ?? null)) {
    throw invalid('The PaymentMethod belongs to another customer, or to none.', { param: 'customer' });
  }
  const target = { account, token: method.token, methodId: method.id };
  const behaviour = sandbox.scripts.take(target) ?? findTestToken(method.token)?.behaviour;
  if (behaviour === undefined) throw new Error(`method ${method.id} has a token without a rule`);
  const intent = { body, account, baseUrl, claim, method, behaviour };
  const record = (answerInstead?: StripeAnswer): Reply => recordIntent(sandbox, intent, answerInstead);
  return behave(sandbox, { claim, behaviour, record, refusals });
}

function recordIntent(sandbox: Sandbox, call: IntentCall, answerInstead?: StripeAnswer): Reply {
  const { body, account, method, behaviour } = call;
  const decision = decideCharge(behaviour, method.succeeded_count);
  const now = sandbox.now();
  const charge: Omit<ChargeRow, 'seq'> = {
    id: stripeId('pi'),
    account,
    reference: body.metadata['attempt_id'] ?? '',
    method_id: method.id,
    amount: body.amount,
    currency: body.currency.toUpperCase(),
    description: body.description,
    subscription: null,
    return_url: null,
    status: decision.status,
    decline_code: decision.declineCode,
    message: decision.message,
    refunded: 0,
    created_at: now,
  };
  const decideAt = behaviour.kind === 'pending' ? Date.now() + behaviour.delayMs : null;
  const extra: IntentExtra = {
    customer: body.customer ?? null,
    metadata: body.metadata,
    confirmedOnSession: false,
    returnUrl: null,
  };
  const reply = sandbox.transaction(() => {
    insertCharge(sandbox, charge, decideAt);
    insertObject(sandbox, { account, kind: 'payment_intent', id: charge.id }, extra);
    if (behaviour.kind === 'ok_once' && charge.status === 'succeeded') {
      sandbox.sql.run`UPDATE methods SET succeeded_count = succeeded_count + 1 WHERE id = ${method.id}`;
    }
    const object = renderIntent(sandbox, charge, { baseUrl: call.baseUrl });
    announce(sandbox, { account, type: 'payment_intent.created', object });
    announceIntent(sandbox, charge);
    const answered = answerInstead ?? answerOf(charge, object);
    sandbox.keys.remember(call.claim, answered, now);
    return answered;
  });
  sandbox.wake();
  return reply;
}

function insertCharge(sandbox: Sandbox, charge: Omit<ChargeRow, 'seq'>, decideAt: number | null): void {
  const { id, account, reference, method_id, amount, currency, description, status, decline_code, created_at } = charge;
  sandbox.sql.run`INSERT INTO charges (id, account, reference, method_id, amount, currency, description, status,
      decline_code, message, decide_at, created_at)
    VALUES (${id}, ${account}, ${reference}, ${method_id}, ${amount}, ${currency}, ${description}, ${status},
      ${decline_code}, ${charge.message}, ${decideAt}, ${created_at})`;
}

/** A decline is an error at Stripe that carries the intent; so is a bank that wants the customer who is not there. */
function answerOf(charge: Omit<ChargeRow, 'seq'>, object: object): StripeAnswer {
  const declined = charge.status === 'declined' || charge.status === 'requires_action';
  return declined ? refuseStripe(402, { ...declineOf(charge), payment_intent: object }) : answer(200, object);
}
