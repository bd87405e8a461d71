import { z } from 'zod';
import { type Behaviour, decideCharge } from '../behaviour.ts';
import { findTestToken } from '../test-tokens.ts';
import { findMethod, type MethodRow } from './attach-method.ts';
import { type Answer, behave, refusals } from './behave.ts';
import { emitIfScripted } from './emit-event.ts';
import { fingerprint, type KeyClaim } from './idempotency-keys.ts';
import { renderCharge } from './read-charges.ts';
import { newId, type Sandbox } from './sandbox.ts';
import { chargeUpdated } from './settle-charge.ts';
import {
  amount,
  answer,
  currency,
  type Reply,
  read,
  refuse,
  requireKey,
  returnUrl,
  text,
  type WireRequest,
} from './wire.ts';

const chargeBody = z.strictObject({
  account: text,
  reference: text,
  method_id: text,
  amount,
  currency,
  description: z.string().max(1000),
  subscription: text.nullable().default(null),
  return_url: returnUrl.nullable().default(null),
});

interface ChargeCall {
  body: z.output<typeof chargeBody>;
  claim: KeyClaim;
  method: MethodRow;
  behaviour: Behaviour;
  baseUrl: string;
}

/** `POST /v1/charges`: what the key already determines comes first and uses up no script; a refusal leaves the key free. */
export async function createCharge(sandbox: Sandbox, request: WireRequest): Promise<Reply> {
  const body = read(chargeBody, request.body);
  const print = fingerprint(['charges', body.reference, body.method_id, body.amount, body.currency, body.description]);
  const claim = { account: body.account, key: requireKey(request), fingerprint: print };
  const earlier = sandbox.keys.replyFor(claim, sandbox.now());
  if (earlier !== null) return earlier;
  const method = findMethod(sandbox, body.account, body.method_id);
  if (method === undefined) return refuse(404, 'unknown_method', 'No such method');
  const target = { account: body.account, token: method.token, methodId: method.id };
  const behaviour = sandbox.scripts.take(target) ?? findTestToken(method.token)?.behaviour;
  if (behaviour === undefined) throw new Error(`method ${method.id} has a token without a rule`);
  const call = { body, claim, method, behaviour, baseUrl: request.baseUrl };
  const record = (answerInstead?: Answer): Promise<Reply> => recordCharge(sandbox, call, answerInstead);
  return behave(sandbox, { claim, behaviour, record, refusals });
}

/** Charge and key answer commit together; a key whose first answer was an error keeps replaying that error. */
async function recordCharge(sandbox: Sandbox, call: ChargeCall, answerInstead?: Answer): Promise<Reply> {
  const { body, claim, method, behaviour } = call;
  const { status, declineCode, message } = decideCharge(behaviour, method.succeeded_count);
  const now = sandbox.now();
  const charge = {
    ...body,
    id: newId('sch'),
    status,
    decline_code: declineCode,
    message,
    refunded: 0,
    created_at: now,
  };
  const reply = answerInstead ?? answer(201, renderCharge(charge, call.baseUrl));
  const decideAt = behaviour.kind === 'pending' ? Date.now() + behaviour.delayMs : null;
  const emitted = sandbox.transaction(() => {
    sandbox.sql.run`INSERT INTO charges (id, account, reference, method_id, amount, currency, description, subscription,
        return_url, status, decline_code, message, decide_at, created_at)
      VALUES (${charge.id}, ${body.account}, ${body.reference}, ${method.id}, ${body.amount}, ${body.currency},
        ${body.description}, ${charge.subscription}, ${charge.return_url}, ${status}, ${declineCode}, ${message}, ${decideAt}, ${now})`;
    if (behaviour.kind === 'ok_once' && status === 'succeeded') {
      sandbox.sql.run`UPDATE methods SET succeeded_count = succeeded_count + 1 WHERE id = ${method.id}`;
    }
    sandbox.keys.remember(claim, reply, now);
    return emitIfScripted(sandbox, chargeUpdated(charge));
  });
  await emitted.arrived();
  if (decideAt !== null) sandbox.wake();
  return reply;
}
