import type { Sandbox } from '../server/sandbox.ts';
import { answer, type Reply, refuse } from '../server/wire.ts';
import { announce } from './events.ts';
import { accountOfObject, findObject, updateObject } from './stripe-store.ts';
import type { StripeCall } from './stripe-wire.ts';

export interface Refund {
  id: string;
  payment_intent: string;
  amount: number;
  status: 'succeeded' | 'pending' | 'failed';
}

interface RefundRef {
  account: string;
  id: string;
}

/** `POST /control/refunds/{id}`: the customer's bank sends the money back after all; repeating it is harmless. */
export function failRefund(sandbox: Sandbox, call: StripeCall): Reply {
  const id = call.params[0] ?? '';
  const account = accountOfObject(sandbox, 'refund', id);
  if (account === undefined) return refuse(404, 'unknown_refund', 'No such refund');
  return answer(200, settleRefund(sandbox, { account, id }, 'failed'));
}

/** Pending refunds whose time has come. */
export function settleDueRefunds(sandbox: Sandbox): void {
  const due = sandbox.sql.all`SELECT id, account, fails FROM stripe_pending_refunds WHERE decide_at <= ${Date.now()}`;
  for (const { id, account, fails } of due) {
    settleRefund(sandbox, { account: String(account), id: String(id) }, fails ? 'failed' : 'succeeded');
  }
}

export function nextRefundDueAt({ sql }: Sandbox): number | null {
  const decideAt = sql.get`SELECT min(decide_at) AS decide_at FROM stripe_pending_refunds`?.decide_at;
  return decideAt == null ? null : Number(decideAt);
}

/** A refund that failed gives its amount back to the charge. */
function settleRefund(sandbox: Sandbox, { account, id }: RefundRef, status: 'succeeded' | 'failed'): Refund {
  const refund = findObject<Refund>(sandbox, { account, kind: 'refund', id });
  if (refund === undefined) throw new Error(`refund ${id} is gone`);
  if (refund.status === 'failed') return refund;
  const fails = status === 'failed';
  const settled = { ...refund, status, ...(fails ? { failure_reason: 'lost_or_stolen_card' } : {}) };
  sandbox.transaction(() => {
    updateObject(sandbox, { account, kind: 'refund', id }, settled);
    sandbox.sql.run`DELETE FROM stripe_pending_refunds WHERE id = ${id}`;
    if (fails) {
      sandbox.sql.run`UPDATE charges SET refunded = refunded - ${refund.amount} WHERE id = ${refund.payment_intent}`;
    }
    announce(sandbox, { account, type: fails ? 'refund.failed' : 'refund.updated', object: settled });
  });
  sandbox.wake();
  return settled;
}
