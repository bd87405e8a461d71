import { z } from 'zod';
import type { RefundBehaviour } from '../refund-behaviour.ts';
import { findMethod } from './attach-method.ts';
import { type Answer, behave, refusals } from './behave.ts';
import { disputedAmount } from './dispute-charge.ts';
import { emitIfScripted } from './emit-event.ts';
import { fingerprint, type KeyClaim } from './idempotency-keys.ts';
import { type ChargeRow, findCharge } from './read-charges.ts';
import { newId, type Sandbox } from './sandbox.ts';
import { type RefundRow, refundMessage, refundUpdated } from './settle-refund.ts';
import {
  amount,
  answer,
  currency,
  type Reply,
  read,
  requireKey,
  requireQuery,
  text,
  type WireRequest,
} from './wire.ts';

const refundBody = z.strictObject({ account: text, reference: text, charge_id: text, amount, currency });

interface RefundCall {
  body: z.output<typeof refundBody>;
  claim: KeyClaim;
  charge: ChargeRow | undefined;
  behaviour: RefundBehaviour;
}

/** `POST /v1/refunds`: a rejected refund is an object too, so that a caller who missed the answer can look it up. */
export async function refundCharge(sandbox: Sandbox, request: WireRequest): Promise<Reply> {
  const body = read(refundBody, request.body);
  const print = fingerprint(['refunds', body.reference, body.charge_id, body.amount, body.currency]);
  const claim = { account: body.account, key: requireKey(request), fingerprint: print };
  const earlier = sandbox.keys.replyFor(claim, sandbox.now());
  if (earlier !== null) return earlier;
  const found = findCharge(sandbox, body.charge_id);
  const charge = found?.account === body.account ? found : undefined;
  const method = charge && findMethod(sandbox, charge.account, charge.method_id);
  const target = { account: body.account, token: method?.token ?? '', methodId: method?.id ?? '' };
  const behaviour = sandbox.scripts.takeRefund(target) ?? { kind: 'ok' };
  const call = { body, claim, charge, behaviour };
  const record = (answerInstead?: Answer): Promise<Reply> => recordRefund(sandbox, call, answerInstead);
  return behave(sandbox, { claim, behaviour, record, refusals });
}

/** Refund, charge and key answer commit together; a pending refund reserves its amount. */
async function recordRefund(sandbox: Sandbox, call: RefundCall, answerInstead?: Answer): Promise<Reply> {
  const { body, claim, behaviour } = call;
  const now = sandbox.now();
  const charge = call.charge && findCharge(sandbox, call.charge.id);
  const scripted = behaviour.kind === 'reject' ? behaviour.code : null;
  const failure = reasonAgainst(sandbox, charge, body) ?? scripted;
  const waits = behaviour.kind === 'pending' && failure === null;
  const status = waits ? 'pending' : failure === null ? 'succeeded' : 'rejected';
  const message = refundMessage(status, failure);
  const refund: RefundRow = { ...body, id: newId('srf'), status, failure_code: failure, message };
  const decideAt = waits ? Date.now() + behaviour.delayMs : null;
  const decideCode = waits ? behaviour.failsAs : null;
  const reply = answerInstead ?? answer(201, refund);
  const emitted = sandbox.transaction(() => {
    sandbox.sql
      .run`INSERT INTO refunds (id, account, reference, charge_id, amount, currency, status, failure_code, message,
        decide_at, decide_code, created_at)
      VALUES (${refund.id}, ${body.account}, ${body.reference}, ${body.charge_id}, ${body.amount}, ${body.currency},
        ${status}, ${failure}, ${message}, ${decideAt}, ${decideCode}, ${now})`;
    if (failure === null) {
      sandbox.sql.run`UPDATE charges SET refunded = refunded + ${body.amount} WHERE id = ${body.charge_id}`;
    }
    sandbox.keys.remember(claim, reply, now);
    return emitIfScripted(sandbox, refundUpdated(refund));
  });
  await emitted.arrived();
  if (waits) sandbox.wake();
  return reply;
}

function reasonAgainst(
  sandbox: Sandbox,
  charge: ChargeRow | undefined,
  refund: z.output<typeof refundBody>,
): string | null {
  if (charge === undefined) return 'unknown_charge';
  if (charge.status !== 'succeeded') return 'charge_not_captured';
  if (charge.currency !== refund.currency) return 'currency_mismatch';
  if (charge.refunded + refund.amount > charge.amount) return 'amount_exceeds_charge';
  return charge.refunded + refund.amount + disputedAmount(sandbox, charge.id) > charge.amount
    ? 'charge_disputed'
    : null;
}

export function listRefunds(sandbox: Sandbox, request: WireRequest): Reply {
  const account = requireQuery(request, 'account');
  const reference = requireQuery(request, 'reference');
  const data = sandbox.sql.all`SELECT id, account, reference, charge_id, amount, currency, status, failure_code, message
    FROM refunds WHERE account = ${account} AND reference = ${reference} ORDER BY created_at`;
  return answer(200, { data });
}
