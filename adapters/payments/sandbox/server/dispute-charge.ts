import { z } from 'zod';
import { emitEvent, type SandboxEvent } from './emit-event.ts';
import { findCharge } from './read-charges.ts';
import { newId, type Sandbox } from './sandbox.ts';
import { amount, answer, type Reply, read, refuse, text, type WireRequest } from './wire.ts';

export interface DisputeRow {
  id: string;
  account: string;
  charge_id: string;
  reference: string;
  amount: number;
  currency: string;
  reason: string;
  status: 'open' | 'won' | 'lost';
  opened_at: number;
  due_at: number;
}

const evidenceMs = 7 * 86_400_000;
const openBody = z.strictObject({ charge_id: text, amount: amount.optional(), reason: text.default('fraudulent') });
const settleBody = z.strictObject({ result: z.enum(['won', 'lost']) });

/** `POST /control/disputes`: what a customer's bank does about a captured charge, in whole or in part. */
export async function openDispute(sandbox: Sandbox, request: WireRequest): Promise<Reply> {
  const body = read(openBody, request.body);
  const charge = findCharge(sandbox, body.charge_id);
  if (charge === undefined) return refuse(404, 'unknown_charge', 'No such charge');
  if (charge.status !== 'succeeded') return refuse(409, 'charge_not_captured', `This charge is ${charge.status}`);
  const left = charge.amount - charge.refunded - disputedAmount(sandbox, charge.id);
  const disputed = body.amount ?? left;
  if (disputed > left || disputed < 1) return refuse(409, 'amount_exceeds_charge', 'Less than that is left');
  const { account, reference, currency } = charge;
  const openedAt = sandbox.now();
  const dispute: DisputeRow = {
    ...{ id: newId('sdp'), account, charge_id: charge.id, reference, amount: disputed, currency },
    ...{ reason: body.reason, status: 'open', opened_at: openedAt, due_at: openedAt + evidenceMs },
  };
  const emitted = sandbox.transaction(() => {
    sandbox.sql
      .run`INSERT INTO disputes (id, account, charge_id, reference, amount, currency, reason, status, opened_at, due_at)
      VALUES (${dispute.id}, ${account}, ${charge.id}, ${reference}, ${disputed}, ${currency}, ${body.reason}, ${'open'},
        ${openedAt}, ${dispute.due_at})`;
    return emitEvent(sandbox, disputeEvent(dispute));
  });
  await emitted.arrived();
  return answer(201, renderDispute(dispute));
}

/** `POST /control/disputes/{id}`: the bank decides, once. */
export async function settleDispute(sandbox: Sandbox, request: WireRequest): Promise<Reply> {
  const { result } = read(settleBody, request.body);
  const id = request.params[0] ?? '';
  const dispute = sandbox.sql.get`SELECT * FROM disputes WHERE id = ${id}` as DisputeRow | undefined;
  if (dispute === undefined) return refuse(404, 'unknown_dispute', 'No such dispute');
  if (dispute.status !== 'open') return refuse(409, 'already_decided', `This dispute is ${dispute.status}`);
  const settled: DisputeRow = { ...dispute, status: result };
  const emitted = sandbox.transaction(() => {
    sandbox.sql.run`UPDATE disputes SET status = ${result} WHERE id = ${id}`;
    return emitEvent(sandbox, disputeEvent(settled));
  });
  await emitted.arrived();
  return answer(200, renderDispute(settled));
}

/** What an open or lost dispute keeps from refunds. */
export function disputedAmount(sandbox: Sandbox, chargeId: string): number {
  const row = sandbox.sql.get`SELECT coalesce(sum(amount), 0) AS held FROM disputes
    WHERE charge_id = ${chargeId} AND status <> ${'won'}`;
  return Number(row?.held ?? 0);
}

function disputeEvent(dispute: DisputeRow): SandboxEvent {
  const verb = dispute.status === 'open' ? 'opened' : dispute.status;
  const { id: dispute_id, ...rest } = renderDispute(dispute);
  return { type: `dispute.${verb}`, dispute_id, ...rest };
}

function renderDispute({ opened_at, due_at, ...dispute }: DisputeRow) {
  const [openedAt, dueAt] = [new Date(opened_at).toISOString(), new Date(due_at).toISOString()];
  return { ...dispute, opened_at: openedAt, evidence_due_at: dispute.status === 'open' ? dueAt : null };
}
