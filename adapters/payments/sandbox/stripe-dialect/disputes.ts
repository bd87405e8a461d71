import { z } from 'zod';
import { findCharge } from '../server/read-charges.ts';
import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply, read, refuse } from '../server/wire.ts';
import { announce } from './events.ts';
import { accountOfObject, findObject, insertObject, objectsOf, updateObject } from './stripe-store.ts';
import { accountPrefix, missing, type StripeAnswer, type StripeCall, stripeId } from './stripe-wire.ts';

interface Dispute {
  id: string;
  payment_intent: string;
  status: 'needs_response' | 'won' | 'lost';
}

const evidenceDays = 7;
const openBody = z.object({
  payment_intent: z.string(),
  amount: z.coerce.number().int().min(1).optional(),
  reason: z.string().default('fraudulent'),
});
const settleBody = z.object({ result: z.enum(['won', 'lost']) });

/** `POST /control/disputes`: the cardholder disputes a captured charge, in full or in part. */
export function openDispute(sandbox: Sandbox, call: StripeCall): Reply {
  const body = read(openBody, call.body);
  const charge = findCharge(sandbox, body.payment_intent);
  if (!charge?.account.startsWith(accountPrefix)) return refuse(404, 'unknown_charge', 'No such charge');
  if (charge.status !== 'succeeded') return refuse(409, 'charge_not_captured', 'Nothing was captured');
  if (isDisputed(sandbox, charge)) return refuse(409, 'already_disputed', 'This charge is disputed already');
  const created = Math.floor(sandbox.now() / 1000);
  const dispute = {
    id: stripeId('dp'),
    object: 'dispute',
    amount: body.amount ?? charge.amount,
    charge: charge.id.replace(/^pi_/, 'ch_'),
    created,
    currency: charge.currency.toLowerCase(),
    evidence_details: { due_by: created + evidenceDays * 86_400, has_evidence: false, past_due: false },
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.id,
    reason: body.reason,
    status: 'needs_response',
  };
  sandbox.transaction(() => {
    insertObject(sandbox, { account: charge.account, kind: 'dispute', id: dispute.id }, dispute);
    announce(sandbox, { account: charge.account, type: 'charge.dispute.created', object: dispute });
  });
  sandbox.wake();
  return answer(201, dispute);
}

/** `POST /control/disputes/{id}` with `result`: the bank decides; repeating the decision is harmless. */
export function settleDispute(sandbox: Sandbox, call: StripeCall): Reply {
  const { result } = read(settleBody, call.body);
  const id = call.params[0] ?? '';
  const account = accountOfObject(sandbox, 'dispute', id);
  const dispute = account === undefined ? undefined : findObject<Dispute>(sandbox, { account, kind: 'dispute', id });
  if (account === undefined || dispute === undefined) return refuse(404, 'unknown_dispute', 'No such dispute');
  if (dispute.status === result) return answer(200, dispute);
  if (dispute.status !== 'needs_response') return refuse(409, 'already_decided', `This dispute is ${dispute.status}`);
  const settled = { ...dispute, status: result };
  sandbox.transaction(() => {
    updateObject(sandbox, { account, kind: 'dispute', id }, settled);
    announce(sandbox, { account, type: 'charge.dispute.closed', object: settled });
  });
  sandbox.wake();
  return answer(200, settled);
}

export function getDispute(sandbox: Sandbox, call: StripeCall): StripeAnswer {
  const id = call.params[0] ?? '';
  const dispute = findObject<Dispute>(sandbox, { account: call.account, kind: 'dispute', id });
  if (dispute === undefined) throw missing('dispute', id);
  return answer(200, dispute);
}

/** Open or lost: what the bank took back cannot be refunded as well. */
export function isDisputed(sandbox: Sandbox, charge: { account: string; id: string }): boolean {
  const disputes = objectsOf<Dispute>(sandbox, charge.account, 'dispute');
  return disputes.some((dispute) => dispute.payment_intent === charge.id && dispute.status !== 'won');
}
