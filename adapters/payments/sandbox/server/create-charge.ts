import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { assertNever } from '../../../../domain/invariant.ts';
import { type Behaviour, decideCharge } from '../behaviour.ts';
import { findTestToken } from '../test-tokens.ts';
import { findMethod, type MethodRow } from './attach-method.ts';
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

type Answer = ReturnType<typeof refuse>;

/** A charge on its way through a behaviour, in whichever dialect it came. */
export interface BehavingCall {
  claim: KeyClaim;
  behaviour: Behaviour;
  /** Commits the charge with its key's answer; `answerInstead` is what the caller is told and the key replays. */
  record: (answerInstead?: Answer) => Reply | Promise<Reply>;
  refusals: { unavailable: Answer; inProgress: Answer; rateLimited: Answer; failed: Answer };
}

/** What the sandbox's own dialect says of a call that fails on purpose. */
export const refusals = {
  unavailable: refuse(503, 'unavailable', 'Not processed, send it again', { processed: false }),
  inProgress: refuse(409, 'idempotency_key_in_progress', 'The first request with this key is still running'),
  rateLimited: refuse(429, 'rate_limited', 'Too many requests'),
  failed: refuse(500, 'internal_error', 'Something went wrong'),
};

export function askLater(answered: Answer, delayMs: number): Reply {
  return { ...answered, headers: { 'retry-after': String(Math.ceil(delayMs / 1000)) } };
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

export async function behave(sandbox: Sandbox, call: BehavingCall): Promise<Reply> {
  const { behaviour, record } = call;
  switch (behaviour.kind) {
    case 'unreachable':
      return call.refusals.unavailable;
    case 'in_progress':
      return call.refusals.inProgress;
    case 'rate_limited':
      return askLater(call.refusals.rateLimited, behaviour.delayMs);
    case 'timeout_before':
      return { kind: 'hold' };
    case 'error_before':
      return call.refusals.failed;
    case 'slow':
      sandbox.keys.start(call.claim);
      try {
        await delay(behaviour.delayMs, undefined, { signal: sandbox.closing });
        return await record();
      } finally {
        sandbox.keys.stop(call.claim);
      }
    case 'timeout_after':
      await record();
      return { kind: 'hold' };
    case 'reset_after':
      await record();
      return { kind: 'reset' };
    case 'error_after':
      return record(call.refusals.failed);
    case 'ok':
    case 'ok_once':
    case 'decline':
    case 'requires_action':
    case 'pending':
      return record();
    default:
      return assertNever(behaviour);
  }
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
