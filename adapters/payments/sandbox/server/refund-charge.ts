import { z } from 'zod';
import { fingerprint } from './idempotency-keys.ts';
import { type ChargeRow, findCharge } from './read-charges.ts';
import { newId, type Sandbox } from './sandbox.ts';
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

interface RefundRow {
  id: string;
  account: string;
  reference: string;
  charge_id: string;
  amount: number;
  currency: string;
  status: 'succeeded' | 'rejected';
  failure_code: string | null;
  message: string;
}

const refundBody = z.strictObject({ account: text, reference: text, charge_id: text, amount, currency });

/** `POST /v1/refunds`: a rejected refund is an object too, so that a caller who missed the answer can look it up. */
export function refundCharge(sandbox: Sandbox, request: WireRequest): Reply {
  const body = read(refundBody, request.body);
  const print = fingerprint(['refunds', body.reference, body.charge_id, body.amount, body.currency]);
  const claim = { account: body.account, key: requireKey(request), fingerprint: print };
  const now = sandbox.now();
  const earlier = sandbox.keys.replyFor(claim, now);
  if (earlier !== null) return earlier;
  const failure = reasonAgainst(findCharge(sandbox, body.charge_id), body);
  const status = failure === null ? 'succeeded' : 'rejected';
  const message =
    failure === null ? 'The refund succeeded.' : `The refund was rejected: ${failure.replaceAll('_', ' ')}.`;
  const refund: RefundRow = { ...body, id: newId('srf'), status, failure_code: failure, message };
  sandbox.transaction(() => {
    sandbox.sql
      .run`INSERT INTO refunds (id, account, reference, charge_id, amount, currency, status, failure_code, message, created_at)
      VALUES (${refund.id}, ${body.account}, ${body.reference}, ${body.charge_id}, ${body.amount}, ${body.currency},
        ${status}, ${failure}, ${message}, ${now})`;
    if (failure === null) {
      sandbox.sql.run`UPDATE charges SET refunded = refunded + ${body.amount} WHERE id = ${body.charge_id}`;
    }
    sandbox.keys.remember(claim, { status: 201, body: refund }, now);
  });
  return answer(201, refund);
}

function reasonAgainst(charge: ChargeRow | undefined, refund: z.output<typeof refundBody>): string | null {
  if (charge === undefined || charge.account !== refund.account) return 'unknown_charge';
  if (charge.status !== 'succeeded') return 'charge_not_captured';
  if (charge.currency !== refund.currency) return 'currency_mismatch';
  return charge.refunded + refund.amount > charge.amount ? 'amount_exceeds_charge' : null;
}

export function listRefunds(sandbox: Sandbox, request: WireRequest): Reply {
  const account = requireQuery(request, 'account');
  const reference = requireQuery(request, 'reference');
  const data = sandbox.sql.all`SELECT id, account, reference, charge_id, amount, currency, status, failure_code, message
    FROM refunds WHERE account = ${account} AND reference = ${reference} ORDER BY created_at`;
  return answer(200, { data });
}
